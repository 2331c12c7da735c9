// How a session lives and ends while nobody reloads anything: tokens of seconds, an idle tab, a tab that comes back.
import { ana, mira, signIn, submit } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

/** Says whether the document was loaded anew since. */
async function mark(page: import('@playwright/test').Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => ((window as { stayed?: boolean }).stayed = true));
  return async () => (await page.evaluate(() => (window as { stayed?: boolean }).stayed)) !== true;
}

test.describe('with the demo API, whose tokens live for fifteen seconds and renew themselves', () => {
  test.use({ instance: 'brief' });

  test('TK-03 an idle tab survives its tokens, without a reload', async ({ page, secrets }) => {
    test.setTimeout(60_000);
    await signIn(page, ana);
    await visit(page, '/account');
    const wasLoaded = await mark(page);
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add(await page.locator('.token code').innerText()).size, { timeout: 45_000 })
      .toBeGreaterThanOrEqual(3);
    secrets.add(...seen);
    expect(await wasLoaded()).toBe(false);
    expect((await page.goto('/projects'))?.status()).toBe(200);
  });

  test('a tab that slept past its token ends with a message, and the person comes back', async ({ page }) => {
    await signIn(page, ana);
    await page.goto('about:blank');
    // Nobody asked while the token lived, and a dead one does not renew itself.
    const dead = Date.now() + 16_000;
    await expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(dead);
    await page.goto('/account');
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=ended$/);
    await submit(page, ana);
    await expect(page).toHaveURL(/\/account$/);
  });
});

test.describe('with an upstream that renews its tokens', () => {
  test.use({ instance: 'refreshing' });

  test('TK-03 an idle tab goes on living: its token is renewed, each one once, without a reload', async ({ page, upstream }) => {
    upstream.life = 4;
    await signIn(page, mira);
    await visit(page, '/account');
    const wasLoaded = await mark(page);
    await expect(page.locator('.token code')).toHaveText(upstream.accessTokens[0] ?? '');
    await expect.poll(() => upstream.count('POST /refresh'), { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await expect(page.locator('.token code')).toHaveText(upstream.accessTokens.at(-1) ?? '');
    await expect(page.locator('table.profile')).toBeVisible();
    expect(await wasLoaded()).toBe(false);
    expect(upstream.reused).toBe(false);
  });

  test('TK-06 a page that asks for everything at once at expiry is one refresh', async ({ page, upstream, app }) => {
    upstream.life = 2;
    await signIn(page, mira);
    upstream.life = 7_200;
    await expect.poll(async () => Date.now() / 1_000 > JSON.parse(atob(upstream.accessTokens[0]?.split('.')[1] ?? '')).exp).toBe(true);
    const answers = await page.evaluate(
      async (url) => await Promise.all(Array.from({ length: 50 }, async () => await (await fetch(`${url}/auth/session`)).json())),
      app.url,
    );
    expect(new Set(answers.map(({ accessToken }) => accessToken))).toEqual(new Set([upstream.accessTokens.at(-1)]));
    expect(upstream.count('POST /refresh')).toBe(1);
  });

  test('a session whose refresh is refused ends with a message, and the person comes back to where they were', async ({ page, upstream }) => {
    upstream.life = 3;
    await signIn(page, mira);
    upstream.answers.set('POST /refresh', { status: 401 });
    await visit(page, '/account?tab=token');
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount%3Ftab%3Dtoken&reason=ended$/, { timeout: 15_000 });
    await expect(page.getByRole('status').filter({ hasText: 'Your session has ended' })).toBeVisible();
    upstream.answers.clear();
    await submit(page, mira);
    await expect(page).toHaveURL(/\/account\?tab=token$/);
  });

  test('the server sends a dead session to the login page with the reason, and takes its cookie away', async ({ page, context, upstream }) => {
    upstream.life = 2;
    await signIn(page, mira);
    await page.goto('about:blank');
    upstream.answers.set('POST /refresh', { status: 401 });
    await expect.poll(async () => Date.now() / 1_000 > JSON.parse(atob(upstream.accessTokens[0]?.split('.')[1] ?? '')).exp).toBe(true);
    await page.goto('/account');
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=ended$/);
    expect(await context.cookies()).toEqual([]);
  });

  test('an upstream that is away while the token dies signs nobody out, and the page says so', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(503);
    upstream.life = 2;
    await signIn(page, mira);
    upstream.answers.set('POST /refresh', { status: 503 });
    upstream.answers.set('GET /api/v1/projects', { status: 503 });
    await expect.poll(async () => Date.now() / 1_000 > JSON.parse(atob(upstream.accessTokens[0]?.split('.')[1] ?? '')).exp).toBe(true);
    expect((await page.goto('/account'))?.status()).toBe(200);
    await expect(page.locator('table.profile')).toBeVisible();
    expect((await page.goto('/projects'))?.status()).toBe(503);
    await expect(page).toHaveURL(/\/projects$/);
    upstream.answers.clear();
    await expect.poll(async () => (await page.goto('/projects'))?.status(), { timeout: 15_000 }).toBe(200);
  });

  test('the profile is read again on demand, and the cookie follows', async ({ page, upstream }) => {
    await signIn(page, mira);
    await visit(page, '/account');
    upstream.profile = { id: 'e2e-user-1', email: mira.username, displayName: 'Mira Renamed' };
    await page.getByRole('button', { name: 'Read it again' }).click();
    await expect(page.locator('table.profile')).toContainText('Mira Renamed');
    await expect(page.locator('nav.site-nav .whoami')).toContainText('Mira Renamed');
    await page.reload();
    await expect(page.locator('table.profile')).toContainText('Mira Renamed');
  });
});

test.describe('with tokens that cannot be renewed', () => {
  test.use({ instance: 'scripted' });

  test('every tab ends with its token, says so, and the person comes back', async ({ page, context, upstream }) => {
    upstream.life = 5;
    await signIn(page, mira);
    await visit(page, '/account');
    const second = await context.newPage();
    await visit(second, '/account');
    await expect(second).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=ended$/, { timeout: 15_000 });
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=ended$/, { timeout: 15_000 });
    await expect(page.locator('body')).not.toContainText(upstream.accessTokens[0] ?? '');
    upstream.life = 7_200;
    await submit(page, mira);
    await expect(page).toHaveURL(/\/account$/);
  });
});

test.describe('with a session that ends after ten seconds without use', () => {
  test.use({ instance: 'untouched' });

  test('CK-10 the page asks whether somebody is there; a click keeps the session, and nothing else does', async ({ page }) => {
    await signIn(page, mira);
    await visit(page, '/account');
    const stay = page.getByRole('button', { name: 'Stay signed in' });
    await expect(stay).toBeVisible({ timeout: 8_000 });
    await stay.click();
    await expect(stay).toBeHidden();
    await expect(page).toHaveURL(/\/account$/);
    await expect(stay).toBeVisible({ timeout: 10_000 });
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount&reason=ended$/, { timeout: 15_000 });
  });
});

test('OU-08 going back after signing out shows nothing of the session', async ({ page }) => {
  await signIn(page, ana);
  await visit(page, '/account');
  await page.goto('/logout');
  await page.locator('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page).not.toHaveURL(/\/logout$/);
  await page.goBack();
  await page.goBack();
  await expect(page.locator('body')).not.toContainText(ana.username);
});

test('TK-03 a page that was behind the session as it arrived asks at once for what is new', async ({ page }) => {
  await signIn(page, ana);
  // The server's own note, as it stands behind a page whose token was renewed after the head had left.
  await page.route('**/account', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `${await answer.text()}<template id="vestibule-stale"></template>` });
  });
  const asked = page.waitForRequest((request) => request.url().endsWith('/auth/session?passive=1'));
  await visit(page, '/account');
  await asked;
  await expect(page.locator('table.profile').first()).toBeVisible();
});
