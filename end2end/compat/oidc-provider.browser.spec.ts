// People who sign in with a certified OpenID provider, in a real browser: there, in and back; refused; with tokens that are
// renewed there, by refresh tokens that are good for one use; and out, there too.
import { expect, type Page, test } from '@playwright/test';
import { Application, freePort } from '../fixtures/application';
import { oidcProviderFor, type Program } from './program';

const secret = 'for-tests: 100% + compat & more';
/** How long an access token lives, in seconds: it is renewed in its last fifth. */
const life = 10;

interface Stage {
  application: Application;
  provider: Program;
  stop(): Promise<void>;
}

/** The application with a provider, which lets people into it. */
async function stage(client: string, more = ''): Promise<Stage> {
  const port = await freePort();
  const provider = await oidcProviderFor([`http://127.0.0.1:${port}/auth/callback/oidc`])(life);
  const toml = `
[login]
title = "Sign in with Marxan"
[[providers]]
id = "oidc"
name = "the directory"
kind = "oidc"
issuer = "${provider.url}"
client_id = "${client}"
${client === 'browser:public' ? '' : `client_secret = "${secret}"`}
scopes = ["openid", "profile", "email", "offline_access"]
params = { prompt = "consent" }
logout = true
${more}`;
  const application = await Application.start(toml, {}, port);
  return { application, provider, stop: async () => void (await Promise.all([application.stop(), provider.stop()])) };
}

async function signIn(page: Page, { application }: Stage): Promise<void> {
  await page.goto(`${application.url}/account?tab=1`);
  await page.getByRole('button', { name: 'Continue with the directory' }).click();
  await page.locator('input[name="login"]').fill('ana');
  await page.locator('input[name="password"]').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page).toHaveURL(`${application.url}/account?tab=1`);
}

const session = async (page: Page, { application }: Stage) =>
  (await (await page.request.get(`${application.url}/auth/session`)).json()) as { user: Record<string, unknown>; accessToken: string } | null;

for (const client of ['browser:secret', 'browser:public']) {
  test(`${client}: in, by tokens that rotate, and out`, async ({ page, context }) => {
    const it = await stage(client);
    try {
      await signIn(page, it);
      await expect(page.locator('main')).toContainText('ana@example.com');
      const first = await session(page, it);
      expect(first?.user).toMatchObject({ id: 'oidc:ana', sub: 'ana', name: 'Ana', email: 'ana@example.com', emailVerified: true });
      // Cookies know no ports: the provider's own begin with an underscore.
      const names = (await context.cookies(it.application.url)).map(({ name }) => name).filter((name) => !name.startsWith('_')).sort();
      expect(names).toEqual(['last-provider', 'session']);

      // Twice: the second refresh token is another one than the first.
      const tokens = new Set([first?.accessToken]);
      for (const count of [2, 3]) {
        await expect
          .poll(async () => tokens.add((await session(page, it))?.accessToken).size, { timeout: 3 * life * 1_000, intervals: [500] })
          .toBe(count);
      }
      // Twenty at once find a token that is due, and one of them renews it.
      await new Promise((done) => setTimeout(done, life * 1_000));
      const all = await Promise.all(Array.from({ length: 20 }, () => session(page, it)));
      expect(new Set(all.map((one) => one?.accessToken)).size).toBe(1);
      expect(tokens).not.toContain(all[0]?.accessToken);

      await page.goto(`${it.application.url}/logout`);
      await page.locator('main').getByRole('button', { name: 'Sign out', exact: true }).click();
      await expect(page).toHaveURL(new RegExp(`^${it.provider.url}/session/end`));
      await page.getByRole('button', { name: /Yes, sign me out/ }).click();
      await expect(page).toHaveURL(`${it.application.url}/`);
      expect(await session(page, it)).toBeNull();
      // There, too: whoever comes again is asked who they are.
      await page.goto(`${it.application.url}/login`);
      await expect(page.getByRole('button', { name: 'Continue with the directory' })).toContainText('Last used');
      await page.getByRole('button', { name: 'Continue with the directory' }).click();
      await expect(page.locator('input[name="login"]')).toBeVisible();
      for (const text of [secret, ...tokens]) expect(it.application.log()).not.toContain(text ?? '-');
    } finally {
      await it.stop();
    }
  });
}

test('through the exchange, the session is the API\'s own, and its pages work unchanged', async ({ page }) => {
  const it = await stage('browser:secret', `exchange = { path = "/auth/exchange", body = { "/idToken" = "{id_token}" } }`);
  try {
    await signIn(page, it);
    const now = await session(page, it);
    // Of the API: its own id, and its own token, which is a JWT.
    expect(now?.user).toMatchObject({ name: 'Ana', email: 'ana@example.com', attributes: { displayName: 'Ana', isActive: true } });
    expect(now?.user.id).not.toContain('oidc');
    expect(now?.accessToken.split('.')).toHaveLength(3);
    await page.goto(`${it.application.url}/projects`);
    const form = page.locator('main form:has(input[name="name"])');
    await form.locator('input[name="name"]').fill('Seagrass');
    await form.locator('button').click();
    await expect(page.locator('ul.projects > li > strong')).toHaveText('Seagrass');
    // Out at the API and at the provider; who comes again has the same account.
    await page.goto(`${it.application.url}/logout`);
    await page.locator('main').getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('button', { name: /Yes, sign me out/ }).click();
    await expect(page).toHaveURL(`${it.application.url}/`);
    await signIn(page, it);
    await page.goto(`${it.application.url}/projects`);
    await expect(page.locator('ul.projects > li > strong')).toHaveText('Seagrass');
  } finally {
    await it.stop();
  }
});

test('whoever cancels there reads so here, with and without JavaScript', async ({ browser }) => {
  const it = await stage('browser:secret');
  try {
    for (const javaScriptEnabled of [true, false]) {
      const page = await browser.newPage({ javaScriptEnabled, locale: 'en-GB' });
      await page.goto(`${it.application.url}/account`);
      await page.getByRole('button', { name: 'Continue with the directory' }).click();
      await page.getByRole('link', { name: /Cancel/ }).click();
      await expect(page).toHaveURL(`${it.application.url}/login?callbackUrl=%2Faccount&reason=cancelled`);
      await expect(page.locator('main').getByRole('alert')).toHaveText('You were not signed in: it was cancelled there, or you have no access.');
      await page.close();
    }
  } finally {
    await it.stop();
  }
});
