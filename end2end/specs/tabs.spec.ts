// Several tabs of one browser: they follow each other at once, and none acts for somebody else.
import type { Page } from '@playwright/test';
import { ana, signIn, submit, zoe } from '../fixtures/accounts';
import { hydrated, visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

/** The requests that a page makes from now on, but for files. */
function requests(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!/\.(js|wasm|css|svg)$/.test(pathname)) seen.push(`${request.method()} ${pathname}`);
  });
  return seen;
}

async function signOut(page: Page, button = 'Sign out'): Promise<void> {
  await visit(page, '/logout');
  await page.locator('main').getByRole('button', { name: button, exact: true }).click();
  await expect(page).not.toHaveURL(/\/logout$/);
}

test('signing in in one tab signs the others in, without a request of theirs', async ({ page, context }) => {
  await visit(page, '/');
  const seen = requests(page);
  const second = await context.newPage();
  await signIn(second, ana);
  await expect(page.locator('nav.site-nav .whoami')).toContainText('Ana');
  expect(seen).toEqual([]);
});

test('a tab that waits at the login page goes where it wanted to', async ({ page, context }) => {
  await visit(page, '/login?callbackUrl=%2Faccount');
  const second = await context.newPage();
  await signIn(second, ana, '/');
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.locator('table.profile').first()).toContainText(ana.username);
});

test('OU-09 signing out in one tab leaves nothing in the others, without a request of theirs', async ({ page, context }) => {
  await signIn(page, ana);
  await visit(page, '/account');
  const second = await context.newPage();
  await second.goto('/');
  const seen = requests(page);
  await signOut(second);
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=signed-out$/);
  await expect(page.locator('body')).not.toContainText(ana.username);
  expect(seen).toEqual([]);
});

test('OU-09 where another person signs in, the other tabs load anew as theirs', async ({ page, context }) => {
  await signIn(page, ana);
  await visit(page, '/account');
  const second = await context.newPage();
  await signOut(second);
  await expect(page).toHaveURL(/\/login/);
  await page.goto('/');
  await hydrated(page);
  await signIn(second, zoe);
  await expect(page.locator('nav.site-nav .whoami')).toContainText('Zoë');
  await page.goto('/account');
  await expect(page.locator('body')).not.toContainText(ana.username);
});

test('OU-09 a tab that heard of nothing acts for nobody else: 409, and it loads anew', async ({ page, context, trouble }) => {
  trouble.expectStatus(409);
  await page.addInitScript(() => delete (globalThis as { BroadcastChannel?: unknown }).BroadcastChannel);
  await signIn(page, ana);
  await visit(page, '/account');
  const second = await context.newPage();
  await second.goto('/login');
  await context.clearCookies();
  await signIn(second, zoe);
  const refused = page.waitForResponse((response) => response.url().endsWith('/api/update'));
  await page.getByRole('button', { name: 'Read it again' }).click();
  expect((await refused).status()).toBe(409);
  await expect(page.locator('nav.site-nav .whoami')).toContainText('Zoë');
  await expect(page.locator('body')).not.toContainText(ana.username);
});

test('SE-09 signing out everywhere ends the session of another browser', async ({ page, browser, baseURL }) => {
  await signIn(page, ana);
  const elsewhere = await browser.newContext({ baseURL });
  const other = await elsewhere.newPage();
  await signIn(other, ana);
  await signOut(page, 'Sign out everywhere');
  await other.goto('/account');
  await expect(other).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=signed-out$/);
  await submit(other, ana);
  await expect(other).toHaveURL(/\/account$/);
  await elsewhere.close();
});

test('OU-09 a page that was slow to come alive brings nobody back who signed out meanwhile', async ({ page, context }) => {
  await signIn(page, ana);
  await visit(page, '/account');
  const second = await context.newPage();
  await second.goto('/livez');
  // It listens before the page says anything.
  type Listening = Window & { heard?: Promise<string> };
  await second.evaluate(() => {
    const heard = new Promise<string>((done) => (new BroadcastChannel('vestibule').onmessage = ({ data }) => done(data as string)));
    (window as Listening).heard = heard;
  });
  await page.reload();
  const late = await second.evaluate(async () => await (window as Listening).heard);
  expect(late).toContain('ana@example.com');
  await signOut(page);
  const seen = requests(page);
  await second.evaluate((news) => new BroadcastChannel('vestibule').postMessage(news), late);
  await second.evaluate(async () => await new Promise((done) => setTimeout(done, 300)));
  await expect(page.locator('body')).not.toContainText(ana.username);
  expect(seen).toEqual([]);
});

test('who signs in and out by forms that the browser sends itself reaches the other tabs too', async ({ page, context }) => {
  await visit(page, '/');
  const second = await context.newPage();
  // Only this tab's server functions are out of reach, so that its forms go the browser's own way.
  await second.route('**/api/*', (route) => route.abort());
  await second.goto('/login?callbackUrl=%2Faccount');
  await second.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('form.form');
    for (const [name, value] of [['username', 'ana@example.com'], ['password', 'vestibule-demo-ana']]) {
      const input = form?.elements.namedItem(name ?? '') as HTMLInputElement;
      input.value = value ?? '';
    }
    form?.submit();
  });
  await expect(page.locator('nav.site-nav .whoami')).toContainText('Ana');
  await second.goto('/logout');
  await second.evaluate(() => document.querySelector<HTMLFormElement>('form.sign-out')?.submit());
  await expect(second).not.toHaveURL(/\/logout$/);
  await expect(page.locator('nav.site-nav .whoami')).toBeHidden();
});

test('SE-09 signing out everywhere means everywhere also where the page cannot reach the server function', async ({ page, context, trouble }) => {
  await signIn(page, ana);
  await visit(page, '/logout');
  await context.route('**/api/sign_out', (route) => route.abort());
  const posted = page.waitForRequest((request) => request.url().endsWith('/auth/sign-out'));
  await page.locator('main').getByRole('button', { name: 'Sign out everywhere' }).click();
  expect((await posted).postData()).toContain('everywhere=on');
  await expect(page).not.toHaveURL(/\/logout$/);
  expect(trouble.take().every((line) => line.includes('ERR_FAILED'))).toBe(true);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('SE-09 signing out everywhere works too', async ({ page, browser, baseURL }) => {
    await signIn(page, ana);
    const elsewhere = await browser.newContext({ baseURL, javaScriptEnabled: false });
    const other = await elsewhere.newPage();
    await signIn(other, ana);
    await page.goto('/logout');
    await page.locator('main').getByRole('button', { name: 'Sign out everywhere' }).click();
    await other.goto('/account');
    await expect(other).toHaveURL(/\/login/);
    await elsewhere.close();
  });
});
