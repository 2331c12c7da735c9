// The projects page: data of the API, read on the server and written from the browser.
import { ana, mira, signIn } from '../fixtures/accounts';
import { hydrated, visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

test('a project added to the demo API from the browser is there, now and after a reload', async ({ page }) => {
  await signIn(page, ana);
  await visit(page, '/projects');
  const name = `Seagrass ${Date.now()}`;
  const form = page.locator('main form:has(input[name="name"])');
  await form.locator('input[name="name"]').fill(name);
  await form.locator('button').click();
  await expect(page.locator('ul.projects > li > strong', { hasText: name })).toHaveCount(1);
  await page.reload();
  await expect(page.locator('ul.projects > li > strong', { hasText: name })).toHaveCount(1);
});

test.describe('with an upstream that keeps count', () => {
  test.use({ instance: 'scripted' });

  test('the list is in the first HTML', async ({ page, upstream }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
    await signIn(page, mira);
    const html = await (await page.request.get('/projects')).text();
    expect(html).toMatch(/<ul class="projects"><li>.*Coral reefs/);
  });

  test('a project added from the browser is sent once, with the token, and shown as text', async ({ page, upstream }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
    await signIn(page, mira);
    await visit(page, '/projects');
    await expect(page.locator('ul.projects > li')).toHaveCount(1);
    const form = page.locator('main form:has(input[name="name"])');
    await form.locator('input[name="name"]').fill('<b>Kelp</b> & forests');
    await form.locator('button').click();
    await expect(page.locator('ul.projects > li > strong', { hasText: '<b>Kelp</b> & forests' })).toHaveCount(1);
    await page.reload();
    await expect(page.locator('ul.projects > li')).toHaveCount(2);
    const posted = upstream.asked.filter(({ method, path }) => `${method} ${path}` === 'POST /api/v1/projects');
    expect(posted).toHaveLength(1);
    expect(posted[0]?.authorization).toBe(`Bearer ${upstream.accessTokens[0]}`);
  });

  test('the server reads the list with the token, and asks once', async ({ page, upstream }) => {
    await signIn(page, mira);
    upstream.asked.length = 0;
    await visit(page, '/projects');
    await page.waitForLoadState('networkidle');
    const read = upstream.asked.filter(({ path }) => path === '/api/v1/projects');
    expect(read.map(({ method }) => method)).toEqual(['GET']);
    expect(read[0]?.authorization).toBe(`Bearer ${upstream.accessTokens[0]}`);
  });

  test('an API without projects is a note on a page that is well', async ({ page, upstream }) => {
    upstream.answers.set('GET /api/v1/projects', { status: 404, body: {} });
    await signIn(page, mira);
    expect((await visit(page, '/projects'))?.status()).toBe(200);
    await expect(page.locator('main')).not.toBeEmpty();
    await expect(page.locator('ul.projects > li')).toHaveCount(0);
  });

  test('a fault of the API is a 503, and the visitor stays signed in', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(503);
    await signIn(page, mira);
    upstream.answers.set('GET /api/v1/projects', { status: 500, body: 'stack trace of the upstream' });
    expect((await visit(page, '/projects'))?.status()).toBe(503);
    await expect(page.locator('body')).not.toContainText('stack trace of the upstream');
    await expect(page.locator('nav.site-nav .whoami')).toBeVisible();
    upstream.answers.clear();
    expect((await visit(page, '/projects'))?.status()).toBe(200);
  });
});

test.describe('with a token that stays on the server', () => {
  test.use({ instance: 'server-only' });

  test.beforeEach(({ upstream }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
  });

  test('OU-10 the server loads the list, whichever way leads to the page', async ({ page, upstream }) => {
    const list = page.locator('ul.projects > li > strong');
    const asked = () => upstream.count('GET /api/v1/projects');

    await signIn(page, mira, '/projects');
    await expect(list).toHaveText('Coral reefs');
    expect(asked(), 'signing in').toBe(1);

    await visit(page, '/account');
    await page.getByRole('link', { name: 'Projects' }).click();
    await expect(list).toHaveText('Coral reefs');
    await expect(page).toHaveURL(/\/projects$/);
    expect(asked(), 'a link').toBe(2);

    await hydrated(page);
    await page.locator('a.brand').click();
    await expect(list).toHaveCount(0);
    await page.goBack();
    await expect(list).toHaveText('Coral reefs');
    expect(asked(), 'the way back').toBe(3);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('nothing is offered that cannot be done', async ({ page, upstream }) => {
    await signIn(page, mira);
    await visit(page, '/projects');
    await expect(page.locator('main')).toContainText('the access token stays on the server');
    await expect(page.locator('main').getByRole('textbox')).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect(upstream.count('POST /api/v1/projects')).toBe(0);
  });
});
