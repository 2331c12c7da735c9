// callbackUrl: wherever it comes in, the browser stays with us.
import type { Page } from '@playwright/test';
import { mira, submit } from '../fixtures/accounts';
import { hydrated } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';
import { redirects } from '../fixtures/vectors';

test.use({ instance: 'scripted' });
test.describe.configure({ timeout: 240_000 });

/** Collects every place outside that the page tries to go to or to load from. */
function watchOutside(page: Page, origin: string): string[] {
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) outside.push(request.url());
  });
  return outside;
}

/** The vectors that fit into an address: what is longer than the server's limit never becomes a login page. */
const inAddress = (app: string) => redirects(new URL(app).host).filter((vector) => vector.length < 3_000);

/** Where the browser stands, once it stands still. */
async function restingOrigin(page: Page): Promise<string> {
  // It may be on its way once more: to what is no page of the application, the browser goes by itself.
  for (;;) {
    await page.waitForLoadState('load');
    const origin = await page.evaluate(() => location.origin).catch(() => undefined);
    if (origin !== undefined) return origin;
  }
}

test('RD-01 RD-02 a signed-in visitor is never sent off the site by /login', async ({ page, app, trouble }) => {
  trouble.expectStatus(400, 404);
  const outside = watchOutside(page, app.url);
  await page.goto('/login');
  await submit(page, mira);
  await expect(page).not.toHaveURL(/\/login/);
  for (const vector of inAddress(app.url)) {
    await test.step(JSON.stringify(vector.slice(0, 60)), async () => {
      const spellings = [encodeURIComponent(vector), vector.replace(/[#&\s]/g, encodeURIComponent)];
      for (const spelling of spellings) {
        await page.goto(`/login?callbackUrl=${spelling}`);
        expect.soft(await restingOrigin(page), vector.slice(0, 99)).toBe(app.url);
      }
      expect.soft(outside.splice(0), vector.slice(0, 99)).toEqual([]);
    });
  }
});

test('RD-01 RD-02 signing in with any callbackUrl in the address stays on the site', async ({ page, context, app, trouble }) => {
  trouble.expectStatus(400, 404);
  const outside = watchOutside(page, app.url);
  for (const vector of inAddress(app.url)) {
    await test.step(JSON.stringify(vector.slice(0, 60)), async () => {
      await context.clearCookies();
      await page.goto(`/login?callbackUrl=${encodeURIComponent(vector)}`);
      await hydrated(page);
      await submit(page, mira);
      await expect(page.locator('.login')).toHaveCount(0);
      expect.soft(await restingOrigin(page), vector.slice(0, 99)).toBe(app.url);
      expect.soft(outside.splice(0), vector.slice(0, 99)).toEqual([]);
    });
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('RD-01 RD-02 RD-05 signing in with any callbackUrl in the form stays on the site', async ({ page, context, app, trouble }) => {
    trouble.expectStatus(400, 404, 413);
    const outside = watchOutside(page, app.url);
    for (const vector of redirects(new URL(app.url).host)) {
      await test.step(JSON.stringify(vector.slice(0, 60)), async () => {
        await context.clearCookies();
        await page.goto('/login?callbackUrl=%2Faccount');
        await page.locator('input[name="callbackUrl"]').evaluate((input: HTMLInputElement, value) => (input.value = value), vector);
        const posted = page.waitForResponse((response) => response.request().method() === 'POST');
        await submit(page, mira);
        expect.soft([303, 413], vector.slice(0, 99)).toContain((await posted).status());
        expect.soft(await restingOrigin(page), vector.slice(0, 99)).toBe(app.url);
        expect.soft(outside.splice(0), vector.slice(0, 99)).toEqual([]);
      });
    }
  });
});

test('RD-03 an address beyond the limit is refused, not followed', async ({ request }) => {
  for (const length of [9_000, 64 * 1024]) {
    const answer = await request.get(`/login?callbackUrl=//${'e'.repeat(length)}`, { maxRedirects: 0 });
    expect([414, 431]).toContain(answer.status());
  }
});

test('RD-04 a callbackUrl nested twenty deep comes to rest', async ({ page }) => {
  let target = '/account';
  for (let depth = 0; depth < 20 && target.length < 1_500; depth += 1) target = `/login?callbackUrl=${encodeURIComponent(target)}`;
  await page.goto(target);
  await submit(page, mira);
  await expect(page).toHaveURL(/\/$/);
});
