// Pages that need a session: what a visitor without one gets, and the way back.
import { ana, mira, signIn, submit } from '../fixtures/accounts';
import { hydrated, visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

for (const path of ['/account', '/projects']) {
  test(`a deep link to ${path} leads over the login page and back`, async ({ page }) => {
    await page.goto(path);
    await expect(page).toHaveURL(new RegExp(`/login\\?callbackUrl=${encodeURIComponent(path)}$`));
    await submit(page, ana);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.locator('main h1')).toBeVisible();
  });

  test(`CS-12 the answer to ${path} without a session is a redirect of the server`, async ({ request }) => {
    for (const accept of ['text/html', '*/*', 'application/json']) {
      const answer = await request.get(path, { headers: { accept }, maxRedirects: 0 });
      expect(answer.status(), accept).toBe(303);
      expect(answer.headers().location, accept).toBe(`/login?callbackUrl=${encodeURIComponent(path)}`);
      expect(answer.headers()['cache-control']).toContain('no-store');
    }
  });
}

test('the query of a deep link survives the way', async ({ page }) => {
  await page.goto('/projects?sort=name&page=2');
  await submit(page, ana);
  await expect(page).toHaveURL(/\/projects\?sort=name&page=2$/);
});

test('the fragment of a deep link survives the way, which no server sees', async ({ page }) => {
  await page.goto('/account?a=b#token');
  await hydrated(page);
  await submit(page, ana);
  await expect(page).toHaveURL(/\/account\?a=b#token$/);
});

test('where the skip link led on the login page is not taken along', async ({ page }) => {
  await visit(page, '/login?callbackUrl=%2Faccount');
  await page.locator('a.skip').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);
  await submit(page, ana);
  await expect(page).toHaveURL(/\/account$/);
});

test('a link of the application to a protected page leads to the login page too, and back to its fragment', async ({ page }) => {
  await visit(page, '/');
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '/projects?page=2#list', textContent: 'Somewhere inside' });
    document.querySelector('main')?.append(link);
    (window as { stayed?: boolean }).stayed = true;
  });
  await page.getByText('Somewhere inside').click();
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Fprojects%3Fpage%3D2%23list$/);
  await submit(page, ana);
  await expect(page).toHaveURL(/\/projects\?page=2#list$/);
  expect(await page.evaluate(() => (window as { stayed?: boolean }).stayed)).toBe(true);
});

test.describe('with data that only one user may see', () => {
  test.use({ instance: 'scripted' });

  test('CS-12 none of it is in what an anonymous visitor gets', async ({ page, request, app, upstream }) => {
    const canary = 'canary-5d1c7be0';
    upstream.profile = { id: 1, email: mira.username, displayName: canary, metadata: { canary } };
    upstream.projects = [{ id: 'p1', name: canary, description: canary }];
    await signIn(page, mira, '/projects');
    await expect(page.locator('main')).toContainText(canary);
    const asked = upstream.asked.length;
    const pages = ['/', '/login', '/logout', '/account', '/projects', '/auth/session', '/auth/providers', '/nowhere'];
    const functions = ['/api/current_session', '/api/sign_out'];
    const answers = [
      ...(await Promise.all(pages.map((route) => request.get(route, { maxRedirects: 0 })))),
      ...(await Promise.all(functions.map((route) => request.post(route, { headers: { origin: app.url }, maxRedirects: 0 })))),
    ];
    for (const answer of answers) {
      expect.soft(await answer.text(), answer.url()).not.toContain(canary);
      expect.soft(JSON.stringify(answer.headers()), answer.url()).not.toContain(canary);
    }
    // A function that is called directly says that nobody is there; it does not say that it cannot be called.
    expect(answers.slice(pages.length).map((answer) => answer.status())).toEqual([200, 200]);
    expect(await answers[pages.length]?.json()).toBeNull();
    expect(upstream.asked.length, 'the upstream is not asked for a visitor').toBe(asked);
  });
});
