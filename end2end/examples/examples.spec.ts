// The applications in examples/, each as it is built from its own folder, against the demo API as a program of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { expect, type Page, test } from '@playwright/test';

import { type Account, ana } from '../fixtures/accounts';
import { freePort } from '../fixtures/application';

const repository = resolve(import.meta.dirname, '../..');
const target = process.env.CARGO_TARGET_DIR ?? join(repository, 'target');
const running: ChildProcess[] = [];

test.afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts a program and waits until it has said where it listens. */
async function start(command: string, words: string[], cwd: string, variables: Record<string, string> = {}): Promise<string> {
  const child = spawn(command, words, { cwd, env: { PATH: process.env.PATH, ...variables }, stdio: 'pipe' });
  running.push(child);
  let said = '';
  return await new Promise((done, fail) => {
    const listen = (chunk: unknown) => {
      said += String(chunk);
      const url = /listen(?:s|ing) on (http:\/\/\S+)/i.exec(said)?.[1];
      if (url) done(url);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => fail(new Error(`${command} ended; it said:\n${said}`)));
  });
}

/** Starts an example in its own folder, with its own Leptos.toml; only addresses differ. */
async function example(name: string): Promise<string> {
  const api = await start(join(target, 'debug/demo-api'), ['--address', '127.0.0.1:0'], repository);
  return await start(join(target, 'debug', name), [], join(repository, 'examples', name), {
    LEPTOS_SITE_ROOT: join(target, 'examples', name),
    VESTIBULE__SERVER__ADDRESS: `127.0.0.1:${await freePort()}`,
    VESTIBULE__SERVER__DRAIN_DELAY: '1ms',
    VESTIBULE__UPSTREAM__BASE_URL: api,
  });
}

async function submit(page: Page, { username, password }: Account): Promise<void> {
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form button:not([type="button"])').click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('the application that had no sign-in has one', async ({ page }) => {
      const url = await example('existing-app');
      await page.goto(`${url}/`);
      await expect(page.getByText('High water at')).toBeVisible();
      await page.getByRole('link', { name: 'Log' }).click();
      await expect(page).toHaveURL(`${url}/login?callbackUrl=%2Flog`);
      await submit(page, { ...ana, password: 'not-her-password' });
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
      await submit(page, ana);
      await expect(page.getByRole('heading', { name: 'The log of Ana' })).toBeVisible();
      if (javaScriptEnabled) {
        await page.getByRole('button', { name: 'Write an entry' }).click();
        await expect(page.getByText('Entry 1')).toBeVisible();
      }
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.goto(`${url}/log`);
      await expect(page).toHaveURL(/\/login\?/);
    });

    test('the login page of a design of its own does all that ours does', async ({ page }) => {
      const url = await example('own-login');
      await page.goto(`${url}/login?callbackUrl=%2F%3Fberth%3D4`);
      await expect(page).toHaveURL(`${url}/welcome?callbackUrl=%2F%3Fberth%3D4`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who goes there?');
      await submit(page, { ...ana, password: 'not-her-password' });
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await expect(page.locator('input[name="username"]')).toHaveValue(ana.username);
      await page.getByLabel('I work here every day').check();
      await submit(page, ana);
      await expect(page).toHaveURL(`${url}/?berth=4`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Good evening, Ana Ribeiro.');
      const [session] = await page.context().cookies();
      expect(session?.expires, 'the longer session was asked for').toBeGreaterThan(Date.now() / 1_000);
    });
  });
}

test('the page comes alive at its own address where a form was posted without JavaScript', async ({ page }) => {
  const url = await example('own-login');
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  // A browser whose scripts were late: the form was sent before the page came alive.
  await page.route('**/pkg/*', (route) => route.abort());
  await page.goto(`${url}/welcome`);
  // It says so late, when the page has long been there.
  await expect.poll(() => problems.some((line) => line.includes('dynamically imported module'))).toBe(true);
  await page.unroute('**/pkg/*');
  problems.length = 0;
  await submit(page, { ...ana, password: 'not-her-password' });
  await expect(page).toHaveURL(`${url}/welcome`);
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await submit(page, ana);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Good evening, Ana Ribeiro.');
  // The browser tells of the 401, and of the icon that the example does not have.
  expect(problems.filter((line) => !line.startsWith('Failed to load resource'))).toEqual([]);
});

test('what gives an application its sign-in is less than forty lines', async () => {
  const patch = join(repository, 'examples/existing-app/sign-in.patch');
  const added = (await readFile(patch, 'utf8')).split('\n').filter((line) => /^\+(?!\+\+ )/.test(line));
  expect(added.length).toBeGreaterThan(20);
  expect(added.length).toBeLessThan(40);
  // The application here is what comes of it.
  const words = ['apply', '--reverse', '--check', '--directory=examples/existing-app', patch];
  const { status, stderr } = spawnSync('git', words, { cwd: repository, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
