// The API client of pages in the browser: queries, files in both directions, what the API says is wrong, and calls that
// end with the page that made them. The same page, whichever way leads to the API.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { ana, mira, signIn } from '../fixtures/accounts';
import { hydrated, visit } from '../fixtures/hydration';
import type { InstanceName } from '../fixtures/instances';
import { expect, test } from '../fixtures/test';

const list = (page: Page) => page.locator('ul.projects > li > strong');
const transfer = (page: Page) => page.locator('main form:has(input[name="file"])');

async function find(page: Page, text: string): Promise<void> {
  await page.locator('main input[name="search"]').fill(text);
  await page.getByRole('button', { name: 'Find' }).click();
}

async function importFile(page: Page, text: string): Promise<void> {
  const file = { name: 'mine.tsv', mimeType: 'text/tab-separated-values', buffer: Buffer.from(text) };
  await transfer(page).locator('input[name="file"]').setInputFiles(file);
  await transfer(page).getByRole('button', { name: 'Import' }).click();
}

async function exported(page: Page): Promise<{ name: string; text: string }> {
  const saved = page.waitForEvent('download');
  await transfer(page).getByRole('button', { name: 'Export' }).click();
  const download = await saved;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

test('with the demo API: projects come from a file, are found, and leave as one', async ({ page, trouble }) => {
  trouble.expectStatus(422);
  await signIn(page, ana);
  await visit(page, '/projects');
  const name = `Mangroves ${Date.now()}`;
  await importFile(page, `${name}\tAt the & mouth\n${name} too\n`);
  await find(page, name.toUpperCase());
  await expect(list(page)).toHaveText([name, `${name} too`]);
  const { name: fileName, text } = await exported(page);
  expect(fileName).toBe('projects.tsv');
  expect(text).toContain(`${name}\tAt the & mouth\n${name} too\t\n`);

  await importFile(page, `one\n\tno name\n`);
  await expect(transfer(page).getByRole('alert')).toHaveText('Line 2: Please give the project a name.');
});

for (const instance of ['scripted', 'server-only', 'direct'] satisfies InstanceName[]) {
  test.describe(instance, () => {
    test.use({ instance });

    test('a query reaches the API as it was meant', async ({ page, upstream }) => {
      upstream.projects = ['Reef & rock', 'Kelp forests'].map((name) => ({ id: name, name, description: '' }));
      await signIn(page, mira, '/projects');
      await hydrated(page);
      await find(page, 'Reef & r');
      await expect(list(page)).toHaveText(['Reef & rock']);
      const asked = upstream.asked.at(-1);
      expect(asked).toMatchObject({ method: 'GET', path: '/api/v1/projects', query: '?search=Reef%20%26%20r' });
      expect(asked?.authorization).toBe(`Bearer ${upstream.accessTokens[0]}`);
    });

    test('a file of the person reaches the API as it is', async ({ page, upstream }) => {
      await signIn(page, mira, '/projects');
      await hydrated(page);
      await importFile(page, 'Coral reefs\tAlong the cöast\nKelp forests\n');
      await expect(list(page)).toHaveText(['Coral reefs', 'Kelp forests']);
      const sent = upstream.asked.filter(({ path }) => path.endsWith('/import'));
      expect(sent).toMatchObject([
        { body: 'Coral reefs\tAlong the cöast\nKelp forests\n', contentType: 'text/tab-separated-values' },
      ]);
      expect(sent[0]?.authorization).toBe(`Bearer ${upstream.accessTokens[0]}`);
    });

    test('a file that is not kept in memory reaches it whole', async ({ page, upstream }) => {
      upstream.answers.set('POST /api/v1/projects/import', { status: 201, body: {} });
      await signIn(page, mira, '/projects');
      await hydrated(page);
      const file = 'Coral reefs\n'.repeat(100_000);
      await importFile(page, file);
      await expect.poll(() => upstream.count('POST /api/v1/projects/import'), { timeout: 15_000 }).toBe(1);
      expect(upstream.asked.find(({ path }) => path.endsWith('/import'))?.body).toBe(file);
    });

    test('an answer becomes a file of the person', async ({ page, upstream }) => {
      upstream.projects = [{ id: 'p1', name: 'Coral reefs', description: 'Along the coast' }];
      await signIn(page, mira, '/projects');
      await hydrated(page);
      expect(await exported(page)).toEqual({ name: 'projects.tsv', text: 'Coral reefs\tAlong the coast\n' });
    });

    test('what the API says is wrong is read, whatever it says it with', async ({ page, upstream, trouble }) => {
      trouble.expectStatus(422, 403, 404, 500);
      await signIn(page, mira, '/projects');
      await hydrated(page);
      const alert = transfer(page).getByRole('alert');
      const problem = { type: '/problems/full', title: 'Full', detail: 'There is no room for <b>more</b>.' };
      const headers = { 'content-type': 'application/problem+json' };
      upstream.answers.set('POST /api/v1/projects/import', { status: 422, headers, body: problem });
      await importFile(page, 'a\n');
      await expect(alert).toHaveText('There is no room for <b>more</b>.');
      upstream.answers.set('POST /api/v1/projects/import', { status: 403, body: { message: 'no' } });
      await importFile(page, 'a\n');
      await expect(alert).toHaveText('You may not do this.');
      // A code of the API's own is not this server's.
      const gone = { ...problem, code: 'not_found', detail: 'It is gone.' };
      upstream.answers.set('GET /api/v1/projects/export', { status: 404, headers, body: gone });
      await transfer(page).getByRole('button', { name: 'Export' }).click();
      await expect(alert).toHaveText('It is gone.');
      // OU-12
      upstream.answers.set('GET /api/v1/projects/export', { status: 500, headers, body: problem });
      await transfer(page).getByRole('button', { name: 'Export' }).click();
      await expect(alert).toHaveText('The API gave an unexpected answer. Please try again later.');
    });

    test('a call ends with the page that made it', async ({ page, upstream }) => {
      await signIn(page, mira, '/account');
      await hydrated(page);
      const release = upstream.hold('GET /api/v1/projects');
      await page.getByRole('link', { name: 'Projects' }).click();
      await expect.poll(() => upstream.count('GET /api/v1/projects')).toBe(1);
      const ended = page.waitForEvent('requestfailed');
      await page.getByRole('link', { name: 'Account' }).click();
      expect((await ended).failure()?.errorText).toBe('net::ERR_ABORTED');
      await expect.poll(() => upstream.asked.at(-1)?.isCutOff).toBe(true);
      release();
      await page.getByRole('link', { name: 'Projects' }).click();
      await expect(page.locator('main .empty')).toBeVisible();
    });
  });
}
