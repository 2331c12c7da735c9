// Addresses that lead nowhere.
import { ana, signIn } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

test('an unknown path is a 404 page with the way back', async ({ page, trouble }) => {
  trouble.expectStatus(404);
  expect((await visit(page, '/nowhere/at/all'))?.status()).toBe(404);
  await expect(page.locator('.error-page h1')).toBeVisible();
  await page.locator('main a[href="/"]').click();
  await expect(page).toHaveURL(/\/$/);
});

test('a signed-in visitor is still signed in there', async ({ page, trouble }) => {
  trouble.expectStatus(404);
  await signIn(page, ana);
  await visit(page, '/nowhere');
  await expect(page.locator('nav.site-nav .whoami')).toBeVisible();
});

test('files are files', async ({ request }) => {
  const icon = await request.get('/favicon.svg');
  expect(icon.status()).toBe(200);
  expect(icon.headers()['content-type']).toContain('image/svg+xml');
  expect(icon.headers()['set-cookie']).toBeUndefined();
  for (const path of ['/../Cargo.toml', '/..%2fCargo.toml', '/.vestibule-secret', '/Leptos.toml', '/pkg/']) {
    expect.soft((await request.get(path)).status(), path).toBeGreaterThanOrEqual(400);
  }
});
