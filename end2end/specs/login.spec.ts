// GET /login and the sign-in of a browser with JavaScript.
import { ana, mira, signIn, submit } from '../fixtures/accounts';
import { hydrated, visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

test.describe('the form', () => {
  test('is built from the configuration', async ({ page }) => {
    await page.goto('/login');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in with Marxan');
    await expect(page.getByLabel('E-mail', { exact: true })).toHaveAttribute('placeholder', 'you@example.com');
    await expect(page.getByRole('link', { name: 'Forgotten password' })).toHaveAttribute('href', 'https://example.com/forgotten');
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('OU-13 says to password managers what its fields are', async ({ page }) => {
    await page.goto('/login');
    const username = page.locator('input[name="username"]');
    const password = page.locator('input[name="password"]');
    await expect(username).toHaveAttribute('autocomplete', 'username');
    await expect(username).toHaveAttribute('type', 'email');
    await expect(password).toHaveAttribute('autocomplete', 'current-password');
    await expect(password).toHaveAttribute('type', 'password');
    const form = page.locator('form', { has: password });
    await expect(form).toHaveAttribute('method', /post/i);
    await expect(form).toHaveAttribute('action', /^\/login/);
  });

  test('does not remember anybody unasked', async ({ page }) => {
    await page.goto('/login');
    await expect(page.locator('input[name="remember"]')).not.toBeChecked();
  });

  test('shows the password on request, and hides it again', async ({ page }) => {
    await visit(page, '/login');
    const password = page.locator('input[name="password"]');
    await password.fill('open sesame');
    const reveal = page.locator('button.reveal');
    await reveal.click();
    await expect(password).toHaveAttribute('type', 'text');
    await expect(password).toHaveValue('open sesame');
    await reveal.click();
    await expect(password).toHaveAttribute('type', 'password');
    // A button of the form that is not its submit button.
    await expect(page).toHaveURL(/\/login$/);
  });

  test('asks for what is required before it asks the server', async ({ page }) => {
    await visit(page, '/login');
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    await page.locator('.login button.primary').click();
    await expect(page.getByLabel('E-mail', { exact: true })).toBeFocused();
    await page.getByLabel('E-mail', { exact: true }).fill('ana@example.com');
    await page.locator('.login button.primary').click();
    await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
    expect(sent).toEqual([]);
  });

  test('says why the visitor is here, for the reasons that it knows', async ({ page }) => {
    await page.goto('/login?reason=signed-out');
    await expect(page.locator('.login [role="status"]')).not.toBeEmpty();
    await page.goto('/login?reason=<b>you-owe-us-money</b>');
    await expect(page.locator('.login [role="status"]:not(:empty)')).toHaveCount(0);
    await expect(page.locator('body')).not.toContainText('you-owe-us-money');
  });
});

test.describe('signing in', () => {
  test('leads to the page that was asked for, without loading anew', async ({ page }) => {
    await visit(page, '/login?callbackUrl=%2Faccount');
    await page.evaluate(() => ((window as { stayed?: boolean }).stayed = true));
    await submit(page, ana);
    await expect(page).toHaveURL(/\/account$/);
    await expect(page.locator('table.profile').first()).toContainText(ana.username);
    expect(await page.evaluate(() => (window as { stayed?: boolean }).stayed)).toBe(true);
  });

  test('leads to a file of the site as the browser would', async ({ page }) => {
    await visit(page, '/');
    await page.goto('/login?callbackUrl=%2Frobots.txt%3Fa%3Db');
    await hydrated(page);
    await submit(page, ana);
    await expect(page).toHaveURL(/\/robots\.txt\?a=b$/);
    await expect(page.locator('body')).toContainText('User-agent: *');
    // The login page is behind the person, and not in their way.
    await page.goBack();
    await expect(page).toHaveURL(/\/$/);
    await expect(page.locator('nav.site-nav .whoami')).toBeVisible();
  });

  test('leads to what is nowhere, and the server says so', async ({ page, trouble }) => {
    trouble.expectStatus(404);
    await visit(page, '/login?callbackUrl=%2Fnowhere%3Fa%3Db');
    const answered = page.waitForResponse((response) => response.url().endsWith('/nowhere?a=b'));
    await submit(page, ana);
    expect((await answered).status()).toBe(404);
    await expect(page).toHaveURL(/\/nowhere\?a=b$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page');
  });

  test('leads to a download, and leaves nobody on an empty page', async ({ page, context }) => {
    // Another program behind the same origin, which has the session's cookie.
    await context.route('**/export', async (route) => {
      const headers = { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="export.csv"' };
      await route.fulfill({ headers, body: 'a,b' });
    });
    await visit(page, '/login?callbackUrl=%2Fexport');
    const download = page.waitForEvent('download');
    await submit(page, ana);
    expect((await download).suggestedFilename()).toBe('export.csv');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed in');
    await expect(page.getByRole('link', { name: 'Continue' })).toHaveAttribute('href', '/export');
  });

  test('holds after a reload and in a new tab', async ({ page, context }) => {
    await signIn(page, ana);
    await page.reload();
    await expect(page.locator('table.profile').first()).toContainText(ana.username);
    const second = await context.newPage();
    await second.goto('/account');
    await expect(second.locator('table.profile').first()).toContainText(ana.username);
  });

  test('a signed-in visitor is sent on to the page that was asked for', async ({ page }) => {
    await signIn(page, ana);
    await page.goto('/login?callbackUrl=%2Fprojects');
    await expect(page).toHaveURL(/\/projects$/);
    await page.goto('/login');
    await expect(page).not.toHaveURL(/\/login/);
  });

  test('a wrong password is announced, keeps the name and drops the password', async ({ page, trouble }) => {
    trouble.expectStatus(401);
    await visit(page, '/login?callbackUrl=%2Faccount');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, { ...ana, password: 'not-her-password' });
    expect((await answered).status()).toBe(401);
    const alert = page.getByRole('alert');
    await expect(alert).toHaveCount(1);
    await expect(alert).toContainText('did not match');
    await expect(alert).toBeFocused();
    await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
    await expect(page.locator('input[name="password"]')).toHaveValue('');
    // And then the right one, from the same page.
    await submit(page, ana);
    await expect(page).toHaveURL(/\/account$/);
  });

  test('an unknown name and a wrong password read the same', async ({ page, trouble }) => {
    trouble.expectStatus(401);
    const words: string[] = [];
    for (const username of [ana.username, 'nobody@example.com']) {
      await visit(page, '/login');
      await submit(page, { username, password: 'not-the-password' });
      await expect(page.getByRole('alert')).not.toBeEmpty();
      words.push((await page.getByRole('alert').textContent()) ?? '');
    }
    expect(words[0]).toBe(words[1]);
  });

  test('an alert is gone when the page is left and entered again', async ({ page, trouble }) => {
    trouble.expectStatus(401);
    await visit(page, '/login');
    await submit(page, { ...ana, password: 'not-her-password' });
    await expect(page.getByRole('alert')).toHaveCount(1);
    await page.locator('a.brand').click();
    await expect(page).toHaveURL(/\/$/);
    await page.locator('nav.site-nav a[href^="/login"]').click();
    await expect(page.locator('.login')).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
});

test.describe('with the upstream down', () => {
  test.use({ instance: 'dead' });

  test('says that the service is unavailable, and keeps the name', async ({ page, trouble }) => {
    trouble.expectStatus(503);
    await visit(page, '/login?callbackUrl=%2Faccount');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, ana);
    expect((await answered).status()).toBe(503);
    await expect(page.getByRole('alert')).toContainText('unavailable');
    await expect(page.getByRole('alert')).toBeFocused();
    await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
    await expect(page.locator('input[name="password"]')).toHaveValue('');
    await expect(page).toHaveURL(/callbackUrl=%2Faccount/);
  });
});

test.describe('with an upstream of moods', () => {
  test.use({ instance: 'scripted' });

  test('words for single fields stand at their fields, as text', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(422);
    const words = 'Not <img src=x onerror=alert(1)> at all';
    upstream.answers.set('POST /sign-in', { status: 422, body: { errors: { username: [words] } } });
    await visit(page, '/login');
    await submit(page, mira);
    const username = page.locator('input[name="username"]');
    await expect(username).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('.field', { has: username }).locator('.field-error')).toHaveText(words);
    // The words belong to the field for those who do not see them stand there.
    await expect(username).toHaveAccessibleDescription(words);
    await expect(page.locator('input[name="password"]')).not.toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByRole('alert')).toHaveCount(1);
  });

  test('too many attempts are said to be that', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(429);
    upstream.answers.set('POST /sign-in', { status: 429, headers: { 'retry-after': '30' }, body: {} });
    await visit(page, '/login');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, mira);
    expect((await answered).status()).toBe(429);
    expect((await answered).headers()['retry-after']).toBe('30');
    await expect(page.getByRole('alert')).not.toBeEmpty();
  });

  test('an upstream that never answers is given up', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(504);
    const release = upstream.hold('POST /sign-in');
    await visit(page, '/login');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, mira);
    expect((await answered).status()).toBe(504);
    await expect(page.getByRole('alert')).toContainText('too long');
    expect(upstream.count('POST /sign-in')).toBe(1);
    release();
  });

  test('an impatient second click does not send the password twice', async ({ page, upstream }) => {
    const release = upstream.hold('POST /sign-in');
    await visit(page, '/login?callbackUrl=%2Faccount');
    await submit(page, mira);
    await page.locator('.login button.primary').click({ force: true });
    await page.locator('input[name="password"]').press('Enter');
    release();
    await expect(page).toHaveURL(/\/account$/);
    expect(upstream.count('POST /sign-in')).toBe(1);
  });

  test('an answer that cannot be read opens no session', async ({ page, context, upstream, trouble }) => {
    trouble.expectStatus(502);
    upstream.answers.set('POST /sign-in', { headers: { 'content-type': 'text/html' }, body: '<h1>upstream-debug-page</h1>' });
    await visit(page, '/login');
    await submit(page, mira);
    await expect(page.getByRole('alert')).not.toBeEmpty();
    await expect(page.locator('body')).not.toContainText('upstream-debug-page');
    expect(await context.cookies()).toEqual([]);
  });
});

test.describe('with a logo and an accent', () => {
  test.use({ instance: 'branded' });

  test('both are there, under the content security policy', async ({ page }) => {
    await visit(page, '/login');
    const logo = page.locator('.login img.logo');
    await expect(logo).toBeVisible();
    expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    const button = page.locator('.login button.primary');
    await expect(button).toHaveCSS('background-color', 'rgb(232, 163, 23)');
    await page.reload();
    await hydrated(page);
    await expect(button).toHaveCSS('background-color', 'rgb(232, 163, 23)');
  });
});
