// Pages that need a session: what a visitor without one gets, and the way back.
import { ana, mira, signIn, submit } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
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

test('a link of the application to a protected page leads to the login page too', async ({ page }) => {
  await visit(page, '/');
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '/projects', textContent: 'Somewhere inside' });
    document.querySelector('main')?.append(link);
    (window as { stayed?: boolean }).stayed = true;
  });
  await page.getByText('Somewhere inside').click();
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Fprojects$/);
  expect(await page.evaluate(() => (window as { stayed?: boolean }).stayed)).toBe(true);
});

test.describe('with data that only one user may see', () => {
  test.use({ instance: 'scripted' });

  test('CS-12 none of it is in what an anonymous visitor gets', async ({ page, request, upstream }) => {
    const canary = 'canary-5d1c7be0';
    upstream.profile = { id: 1, email: mira.username, displayName: canary, metadata: { canary } };
    upstream.projects = [{ id: 'p1', name: canary, description: canary }];
    await signIn(page, mira, '/projects');
    await expect(page.locator('main')).toContainText(canary);
    const asked = upstream.asked.length;
    const routes = ['/', '/login', '/logout', '/account', '/projects', '/auth/session', '/auth/providers', '/api/current_session', '/nowhere'];
    for (const route of routes) {
      const answer = await request.get(route, { maxRedirects: 0 });
      expect.soft(await answer.text(), route).not.toContain(canary);
      expect.soft(JSON.stringify(answer.headers()), route).not.toContain(canary);
    }
    expect(upstream.asked.length, 'the upstream is not asked for a visitor').toBe(asked);
  });
});
