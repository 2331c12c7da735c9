// The account page: the whole profile as text, the token and its life.
import { ana, mira, signIn, zoe } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';
import { hostileProfile, leaves } from '../fixtures/vectors';

test('OU-01 every field of the awkward demo profile is shown as it is', async ({ page }) => {
  await signIn(page, zoe);
  await visit(page, '/account');
  const { user } = (await (await page.request.get('/auth/session')).json()) as { user: unknown };
  const shown = await page.locator('table.profile td').allTextContents();
  for (const value of leaves(user)) expect.soft(shown).toContain(value);
  expect(leaves(user).some((value) => value.includes('</script>')), 'the profile is an awkward one').toBe(true);
  await expect(page.locator('table.profile script, table.profile img')).toHaveCount(0);
});

test('the first HTML is the signed-in page, and nothing is fetched to make it one', async ({ page }) => {
  await signIn(page, ana);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const response = await visit(page, '/account');
  expect(await response?.text()).toContain(ana.username);
  await page.waitForLoadState('networkidle');
  expect(fetched.filter((path) => path.startsWith('/auth/') || path.startsWith('/api/'))).toEqual([]);
});

test("the token's life ticks down", async ({ page }) => {
  await signIn(page, ana);
  await page.clock.install();
  await visit(page, '/account');
  const life = page.locator('.token-life');
  await expect(life).not.toBeEmpty();
  const before = await life.textContent();
  await page.clock.runFor('01:05');
  await expect(life).not.toHaveText(before ?? '');
});

test('the token can be copied', async ({ page, context, secrets }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, ana);
  await visit(page, '/account');
  const { accessToken } = (await (await page.request.get('/auth/session')).json()) as { accessToken: string };
  secrets.add(accessToken);
  await page.locator('.token button.copy').click();
  await expect.poll(async () => await page.evaluate(() => navigator.clipboard.readText())).toBe(accessToken);
});

test('a phone shows the whole account without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, zoe);
  await visit(page, '/account');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test.describe('with a hostile profile', () => {
  test.use({ instance: 'scripted' });

  test.beforeEach(({ upstream }) => {
    upstream.profile = hostileProfile();
  });

  test('OU-01 OU-02 it is inert, and every value reaches the page byte for byte', async ({ page, upstream }) => {
    await signIn(page, mira);
    // As the server wrote it, and after the browser has hydrated it.
    for (const stage of ['routed', 'loaded']) {
      if (stage === 'loaded') await visit(page, '/account');
      const shown = await page.locator('table.profile td').allTextContents();
      for (const value of leaves(upstream.profile)) expect.soft(shown, stage).toContain(value);
      const names = await page.locator('table.profile th').allTextContents();
      expect.soft(names, stage).toContain('</td><script>alert(1)</script>');
      expect.soft(names, stage).toContain('__proto__');
    }
    await expect(page.locator('main :is(script, img, svg, form, iframe, b)')).toHaveCount(0);
  });

  test('OU-02 the session endpoint gives the very same profile', async ({ page, upstream }) => {
    await signIn(page, mira);
    const session = JSON.parse(await (await page.request.get('/auth/session')).text()) as { user: Record<string, unknown> };
    expect(leaves(session.user).sort()).toEqual(expect.arrayContaining(leaves(upstream.profile).sort()));
  });

  test('OU-01 it is inert on every other page', async ({ page, trouble }) => {
    trouble.expectStatus(404);
    await signIn(page, mira);
    for (const path of ['/', '/projects', '/logout', '/nowhere/<script>alert(1)</script>', '/?q=</script><script>alert(1)</script>']) {
      await visit(page, path);
    }
  });
});
