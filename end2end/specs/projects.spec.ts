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

  test('the projects are a file to save, for who is signed in', async ({ page, upstream, request }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
    expect((await request.get('/projects.json')).status()).toBe(401);
    await signIn(page, mira, '/projects');
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all of them as JSON' }).click();
    expect((await saved).suggestedFilename()).toBe('projects.json');
    const answer = await page.request.get('/projects.json');
    expect(await answer.json()).toEqual(upstream.projects);
    upstream.answers.set('GET /api/v1/projects', { status: 500 });
    expect((await page.request.get('/projects.json')).status()).toBe(503);
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

  test('OU-10 the page reads and writes as ever, whichever way leads to it, and never has the token', async ({ page, upstream }) => {
    upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
    const list = page.locator('ul.projects > li > strong');
    const seen: string[] = [];
    page.on('request', (request) => seen.push(JSON.stringify(request.headers()), request.postData() ?? ''));

    await signIn(page, mira, '/projects');
    await expect(list).toHaveText('Coral reefs');
    await visit(page, '/account');
    await page.getByRole('link', { name: 'Projects' }).click();
    await expect(list).toHaveText('Coral reefs');
    await expect(page).toHaveURL(/\/projects$/);

    const form = page.locator('main form:has(input[name="name"])');
    await form.locator('input[name="name"]').fill('Kelp forests');
    await form.locator('button').click();
    await expect(list).toHaveCount(2);
    const posted = upstream.asked.filter(({ method, path }) => `${method} ${path}` === 'POST /api/v1/projects');
    expect(posted.map(({ authorization }) => authorization)).toEqual([`Bearer ${upstream.accessTokens[0]}`]);
    expect(seen.join('\n')).not.toContain(upstream.accessTokens[0]);
  });

  test('what the API says of a field reaches the field', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(422);
    await signIn(page, mira, '/projects');
    await hydrated(page);
    upstream.answers.set('POST /api/v1/projects', { status: 422, body: { errors: { name: 'There is one of that name.' } } });
    const form = page.locator('main form:has(input[name="name"])');
    await form.locator('input[name="name"]').fill('Kelp forests');
    await form.locator('button').click();
    await expect(form).toContainText('There is one of that name.');
    await expect(form.locator('input[name="name"]')).toHaveValue('Kelp forests');
  });
});

test.describe('with pages that call the API themselves', () => {
  test.use({ instance: 'direct' });

  test('UP-07 a token that the API forgot is renewed, and the page goes on with the new one', async ({ page, upstream, trouble }) => {
    trouble.expectStatus(401);
    await signIn(page, mira, '/projects');
    await hydrated(page);
    const first = upstream.accessTokens[0] ?? '';
    // A token is not renewed for a refusal in its first ten seconds.
    const old = Date.now() + 10_500;
    await expect.poll(() => Date.now(), { timeout: 15_000 }).toBeGreaterThan(old);
    upstream.forget(first);
    const updates: string[] = [];
    page.on('request', (request) => request.url().includes('/api/update') && updates.push(request.url()));
    const release = upstream.hold('POST /refresh');
    const saved = page.waitForEvent('download');
    // Two calls at once find it dead.
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    await expect.poll(() => upstream.count('GET /api/v1/projects') + upstream.count('GET /api/v1/projects/export')).toBe(3);
    await expect.poll(() => upstream.count('POST /refresh')).toBe(1);
    release();
    await saved;
    await expect(page.locator('main .empty')).toBeVisible();
    expect([updates.length, upstream.count('POST /refresh')]).toEqual([1, 1]);
    const asked = upstream.asked.filter(({ path }) => path === '/api/v1/projects').at(-1);
    expect(asked?.authorization).toBe(`Bearer ${upstream.accessTokens.at(-1)}`);
  });
});
