// The whole way with JavaScript off: forms, statuses and pages, nothing else.
import { ana, mira, signIn, submit, zoe } from '../fixtures/accounts';
import { expect, test } from '../fixtures/test';
import { leaves } from '../fixtures/vectors';

test.use({ javaScriptEnabled: false });

test('OU-13 signing in works', async ({ page, context }) => {
  await page.goto('/login?callbackUrl=%2Faccount');
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await submit(page, ana);
  const response = await answered;
  expect(response.status()).toBe(303);
  expect(response.headers().location).toBe('/account');
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.locator('table.profile').first()).toContainText(ana.username);
  const cookies = await context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: '127.0.0.1', expires: -1 });
  }
});

test('OU-13 a wrong password is a 401 with the name kept and the password gone', async ({ page, trouble }) => {
  trouble.expectStatus(401);
  await page.goto('/login?callbackUrl=%2Faccount');
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await submit(page, { ...ana, password: 'not-her-password' });
  const response = await answered;
  expect(response.status()).toBe(401);
  expect(await response.text()).not.toContain('not-her-password');
  await expect(page.getByRole('alert')).toHaveCount(1);
  await expect(page.getByRole('alert')).toContainText('did not match');
  await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
  await expect(page.locator('input[name="password"]')).toHaveValue('');
  // callbackUrl survived, so that the next attempt leads on.
  await submit(page, ana);
  await expect(page).toHaveURL(/\/account$/);
});

test('an empty form is a 422 that marks its fields', async ({ page, trouble }) => {
  trouble.expectStatus(422);
  await page.goto('/login');
  // What a browser without validation would send.
  await page.locator('form:has(input[name="password"])').evaluate((form: HTMLFormElement) => (form.noValidate = true));
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.locator('.login button.primary').click();
  expect((await answered).status()).toBe(422);
  await expect(page.getByRole('alert')).not.toBeEmpty();
});

test('OU-13 signing out works, from the page that asks', async ({ page, context }) => {
  await signIn(page, ana);
  await page.goto('/logout');
  await page.locator('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  expect(await context.cookies()).toEqual([]);
  await page.goto('/account');
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount$/);
});

test('OU-13 the account page shows every field of an awkward profile', async ({ page }) => {
  await signIn(page, zoe);
  const { user } = (await (await page.request.get('/auth/session')).json()) as { user: unknown };
  const shown = await page.locator('table.profile td').allTextContents();
  expect(leaves(user).length).toBeGreaterThan(8);
  for (const value of leaves(user)) expect.soft(shown).toContain(value);
});

test.describe('with the upstream down', () => {
  test.use({ instance: 'dead' });

  test('signing in is a 503 that says when to try again', async ({ page, trouble }) => {
    trouble.expectStatus(503);
    await page.goto('/login');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, ana);
    expect((await answered).status()).toBe(503);
    expect((await answered).headers()['retry-after']).toBe('5');
    await expect(page.getByRole('alert')).toContainText('unavailable');
    await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
  });
});

test.describe('with an upstream of moods', () => {
  test.use({ instance: 'scripted' });

  test('the projects stand in the page', async ({ page, upstream }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
    await signIn(page, mira, '/projects');
    await expect(page.locator('ul.projects > li > strong')).toHaveText('Coral reefs');
    await expect(page.locator('ul.projects > li > p')).toHaveText('Along the coast');
  });

  test('field errors and typed values are text in the page', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(422);
    const words = '</p><script>alert(1)</script>';
    upstream.answers.set('POST /sign-in', { status: 422, body: { errors: { username: [words] } } });
    await page.goto('/login');
    const username = page.locator('input[name="username"]');
    await username.evaluate((input: HTMLInputElement) => (input.type = 'text'));
    await submit(page, { ...mira, username: '"><script>alert(1)</script>' });
    await expect(page.locator('.field-error', { hasText: words })).toBeVisible();
    await expect(username).toHaveValue('"><script>alert(1)</script>');
    await expect(page.locator('main script')).toHaveCount(0);
  });
});
