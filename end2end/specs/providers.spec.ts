// Providers on the login page. Whole ways there and back are in compat/oidc-provider.browser.spec.ts.
import { ana, submit } from '../fixtures/accounts';
import { violations } from '../fixtures/axe';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

test.use({ instance: 'providers' });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the buttons stand beside the form, axe finds nothing, and nobody else is asked for a mark', async ({ page }) => {
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).hostname));
      await visit(page, '/login');
      await expect(page.getByRole('button', { name: 'Continue with Spotify' })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      expect([...hosts]).toEqual(['127.0.0.1']);
    });
  });
}

test('whoever leaves for a provider takes along where they wanted to go', async ({ page }) => {
  await page.route('https://accounts.spotify.com/**', (route) => route.fulfill({ body: 'Spotify' }));
  await visit(page, '/account?tab=1#notes');
  const asked = page.waitForRequest('https://accounts.spotify.com/**');
  await page.getByRole('button', { name: 'Continue with Spotify' }).click();
  const address = new URL((await asked).url());
  expect(address.pathname).toBe('/authorize');
  expect(address.searchParams.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\/callback\/spotify$/);
  // LG-03: which site they come from, and no more.
  expect((await asked).headers()['referer']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('a provider that is away is a sentence, and the form is there', async ({ page }) => {
      await page.goto('/account');
      await page.getByRole('button', { name: 'Continue with the directory' }).click();
      await expect(page).toHaveURL('/login?callbackUrl=%2Faccount&reason=unavailable');
      await expect(page.locator('main').getByRole('alert')).toHaveText(/not available at the moment/);
      await submit(page, ana);
      await expect(page).toHaveURL('/account');
    });
  });
}
