// GET /auth/session and /auth/providers: the wire that other programs read.
import { ana, mira, signIn } from '../fixtures/accounts';
import { expect, test } from '../fixtures/test';

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

test('signed out it is null, and never cached', async ({ request }) => {
  const answer = await request.get('/auth/session');
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toBeNull();
  expect(answer.headers()['cache-control']).toContain('no-store');
  expect(answer.headers()['content-type']).toContain('application/json');
});

test('signed in it has user, token and both ends', async ({ page, secrets }) => {
  await signIn(page, ana);
  const answer = await page.request.get('/auth/session');
  expect(answer.headers()['cache-control']).toContain('no-store');
  expect(answer.headers().vary?.toLowerCase()).toContain('cookie');
  const session = (await answer.json()) as Record<string, string>;
  secrets.add(session.accessToken ?? '');
  expect(Object.keys(session).sort()).toEqual(['accessToken', 'expires', 'sessionExpires', 'user']);
  expect(session.user).toMatchObject({ email: ana.username });
  expect(session.accessToken?.split('.')).toHaveLength(3);
  expect(session.expires).toMatch(moment);
  expect(session.sessionExpires).toMatch(moment);
  expect(Date.parse(session.expires ?? '')).toBeGreaterThan(Date.now());
});

test('the providers begin with the form', async ({ request }) => {
  const providers = (await (await request.get('/auth/providers')).json()) as Record<string, unknown>[];
  expect(providers[0]).toMatchObject({ id: 'credentials', kind: 'credentials' });
});

test('CS-08 other sites cannot read it', async ({ request }) => {
  for (const site of ['cross-site', 'same-site']) {
    expect((await request.get('/auth/session', { headers: { 'sec-fetch-site': site } })).status()).toBe(403);
  }
});

test.describe('with an upstream that hands out a refresh token', () => {
  test.use({ instance: 'scripted' });

  test('OU-10 neither the refresh token nor the password is in it', async ({ page, upstream }) => {
    upstream.profile = { id: 7, email: mira.username, password: mira.password, passwordHash: '$2b$10$abcdefghijklmnopqrstuv' };
    await signIn(page, mira);
    const text = await (await page.request.get('/auth/session')).text();
    expect(text).toContain(upstream.accessTokens[0]);
    for (const secret of [...upstream.refreshTokens, mira.password, '$2b$10$']) expect(text).not.toContain(secret);
  });
});
