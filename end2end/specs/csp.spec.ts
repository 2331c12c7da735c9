// The content security policy, a quiet console, and what never reaches a browser.
import type { Page } from '@playwright/test';
import { ana, mira, signIn } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

const signedOutPages = ['/', '/login', '/login?reason=ended', '/logout', '/nowhere'];
const signedInPages = ['/', '/account', '/projects', '/logout', '/nowhere'];

test('OU-04 signed out, every page is quiet', async ({ page, trouble }) => {
  trouble.expectStatus(404);
  for (const path of signedOutPages) {
    await visit(page, path);
    await page.waitForLoadState('networkidle');
    expect(trouble.take(), path).toEqual([]);
  }
});

test('OU-04 signed in, every page is quiet', async ({ page, trouble }) => {
  trouble.expectStatus(404);
  await signIn(page, ana);
  for (const path of signedInPages) {
    await visit(page, path);
    await page.waitForLoadState('networkidle');
    expect(trouble.take(), path).toEqual([]);
  }
});

test('the watch catches what it is there for', async ({ page, trouble }) => {
  await visit(page, '/');
  // An attribute, since 'strict-dynamic' trusts a script element that a trusted script made.
  await page.locator('main').evaluate((main) => main.insertAdjacentHTML('beforeend', '<b onclick="window.ran = true">trap</b>'));
  await page.getByText('trap', { exact: true }).click();
  await expect.poll(() => trouble.heard('securitypolicyviolation: script-src')).toBe(true);
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => trouble.heard('securitypolicyviolation: style-src')).toBe(true);
  await page.evaluate(() => console.error('a hydration warning, say'));
  await expect.poll(() => trouble.heard('a hydration warning, say')).toBe(true);
  await page.evaluate(() => void setTimeout(() => Promise.reject(new Error('nobody caught me'))));
  await expect.poll(() => trouble.heard('nobody caught me')).toBe(true);
  trouble.take();
});

test('OU-04 the policy says what it must, with a nonce of its own for every response', async ({ request }) => {
  const nonces = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    for (const path of ['/', '/login', '/nowhere']) {
      const answer = await request.get(path);
      const policy = answer.headers()['content-security-policy'] ?? '';
      const directives = new Map(policy.split(';').map((part) => [part.trim().split(/\s+/)[0] ?? '', part.trim()] as const));
      const script = directives.get('script-src') ?? '';
      const nonce = /'nonce-([^']+)'/.exec(script)?.[1] ?? '';
      expect(nonce.length, script).toBeGreaterThanOrEqual(22);
      expect(nonces.has(nonce), 'a nonce came twice').toBe(false);
      nonces.add(nonce);
      expect(script).toContain("'wasm-unsafe-eval'");
      expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'|(?<![\w.:/-])\*/);
      expect(directives.get('object-src')).toBe("object-src 'none'");
      expect(directives.get('base-uri')).toBe("base-uri 'none'");
      expect(directives.get('frame-ancestors')).toBe("frame-ancestors 'none'");
      expect(directives.get('form-action')).toBe("form-action 'self'");
      for (const [tag] of (await answer.text()).matchAll(/<script\b[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
    }
  }
});

test('OU-05 the other headers stand on pages, errors, redirects, files and data', async ({ request }) => {
  for (const path of ['/', '/login', '/account', '/nowhere', '/favicon.svg', '/robots.txt', '/auth/session', '/livez']) {
    const headers = (await request.get(path, { maxRedirects: 0 })).headers();
    expect.soft(headers['x-content-type-options'], path).toBe('nosniff');
    expect.soft(headers['referrer-policy'], path).toMatch(/no-referrer|strict-origin/);
    expect.soft(headers['cross-origin-opener-policy'], path).toBe('same-origin');
    expect.soft(headers['x-request-id'], path).toBeTruthy();
  }
});

test('no page asks another site for anything', async ({ page, app, trouble }) => {
  trouble.expectStatus(404);
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await signIn(page, ana);
  for (const path of signedInPages) await visit(page, path);
  expect([...hosts]).toEqual([app.url]);
});

/** Everything that a script of the page could get hold of. */
async function reachable(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches_ = await caches.keys();
    return JSON.stringify([
      document.documentElement.outerHTML,
      document.cookie,
      location.href,
      history.state,
      { ...localStorage },
      { ...sessionStorage },
      databases,
      caches_,
    ]);
  });
}

test.describe('with the token kept on the server', () => {
  test.use({ instance: 'server-only' });

  test('OU-10 the access token is in no byte that the browser gets', async ({ page, upstream }) => {
    const bodies: Promise<string>[] = [];
    page.on('response', (response) => {
      const headers = JSON.stringify(response.headers());
      bodies.push(response.body().then((body) => `${response.url()} ${headers} ${body.toString('latin1')}`, () => ''));
    });
    await visit(page, '/login?callbackUrl=%2Faccount');
    await page.getByLabel('E-mail', { exact: true }).fill(mira.username);
    await page.getByLabel('Password', { exact: true }).fill(mira.password);
    await page.locator('.login button.primary').click();
    await expect(page).toHaveURL(/\/account$/);
    const places = [await reachable(page)];
    for (const path of ['/account', '/projects', '/', '/auth/session']) {
      await page.goto(path);
      places.push(path === '/auth/session' ? await page.content() : await reachable(page));
    }
    const all = [...places, ...(await Promise.all(bodies))].join('\n');
    expect(upstream.accessTokens).toHaveLength(1);
    expect(all).toContain(mira.username);
    for (const secret of [...upstream.accessTokens, ...upstream.refreshTokens, mira.password]) {
      expect(all.includes(secret), secret.slice(0, 8)).toBe(false);
    }
  });
});

test.describe('with the token in the page', () => {
  test.use({ instance: 'scripted' });

  test('OU-10 the refresh token and the password are not', async ({ page, upstream }) => {
    await signIn(page, mira);
    await visit(page, '/account');
    const all = await reachable(page);
    expect(all.includes(upstream.accessTokens[0] ?? 'none')).toBe(true);
    for (const secret of [...upstream.refreshTokens, mira.password]) expect(all.includes(secret)).toBe(false);
    expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual(['', 0, 0]);
  });
});
