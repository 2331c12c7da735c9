// Signing out: the cookie, the other tabs, and copies of the cookie.
import type { Page } from '@playwright/test';
import { ana, mira, signIn } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

async function signOut(page: Page): Promise<void> {
  await visit(page, '/logout');
  await page.locator('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page).not.toHaveURL(/\/logout$/);
}

test('the page asks, and looking at it signs nobody out', async ({ page }) => {
  await signIn(page, ana);
  await visit(page, '/logout');
  await expect(page.locator('main').getByRole('button', { name: 'Sign out', exact: true })).toBeVisible();
  await page.goto('/account');
  await expect(page).toHaveURL(/\/account$/);
});

test('CK-11 after signing out no cookie of ours is left', async ({ page, context }) => {
  await signIn(page, ana);
  expect(await context.cookies()).not.toEqual([]);
  await signOut(page);
  expect(await context.cookies()).toEqual([]);
  await page.goto('/account');
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount$/);
});

test('signing out from the navigation leaves the protected page', async ({ page, context }) => {
  await signIn(page, ana);
  await visit(page, '/account');
  await page.locator('nav.site-nav').getByText(/sign out/i).click();
  const asked = page.locator('main').getByRole('button', { name: 'Sign out', exact: true });
  await expect(page.locator('table.profile')).toHaveCount(0);
  if (await asked.isVisible()) await asked.click();
  await expect.poll(async () => (await context.cookies()).length).toBe(0);
  await expect(page.locator('nav.site-nav .whoami')).toHaveCount(0);
});

test('a second tab is signed out too, and stays so when it is loaded again', async ({ page, context }) => {
  await signIn(page, ana);
  const second = await context.newPage();
  await second.goto('/account');
  await expect(second.locator('table.profile').first()).toContainText(ana.username);
  await signOut(page);
  await expect(second).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=signed-out$/);
  await second.reload();
  await expect(second.locator('.login')).toBeVisible();
  await expect(second.locator('body')).not.toContainText(ana.username);
});

test.describe('with an upstream that keeps count', () => {
  test.use({ instance: 'scripted' });

  test('SE-07 a copied cookie is worth nothing after signing out', async ({ page, context, app, playwright, upstream }) => {
    await signIn(page, mira);
    const copied = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const thief = await playwright.request.newContext({ baseURL: app.url, extraHTTPHeaders: { cookie: copied } });
    expect(await (await thief.get('/auth/session')).json()).toMatchObject({ user: { email: mira.username } });
    await signOut(page);
    const asked = upstream.asked.length;
    expect(await (await thief.get('/auth/session')).json()).toBeNull();
    const account = await thief.get('/account', { maxRedirects: 0 });
    expect(account.status()).toBe(303);
    const projects = await thief.get('/projects', { maxRedirects: 0 });
    expect(projects.status()).toBe(303);
    expect(upstream.asked.length, 'no request bears the token any more').toBe(asked);
    await thief.dispose();
  });

  test('CS-04 no GET signs anybody out', async ({ page, app, context }) => {
    await signIn(page, mira);
    for (const path of ['/logout', '/auth/sign-out', '/api/sign_out']) {
      await context.request.get(`${app.url}${path}`, { headers: { 'sec-fetch-site': 'cross-site' } });
    }
    await page.goto('/account');
    await expect(page).toHaveURL(/\/account$/);
  });
});
