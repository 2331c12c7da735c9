// Takes light, dark and phone pictures of the pages into the folder that SCREENSHOTS names (default test-results/pictures).
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ana, mira, signIn, submit, zoe } from './fixtures/accounts';
import { visit } from './fixtures/hydration';
import { expect, test } from './fixtures/test';

const folder = process.env.SCREENSHOTS ?? 'test-results/pictures';

const views = {
  light: { colorScheme: 'light', viewport: { width: 1100, height: 820 } },
  dark: { colorScheme: 'dark', viewport: { width: 1100, height: 820 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
} as const;

for (const [view, { colorScheme, viewport }] of Object.entries(views)) {
  const take = async (page: Page, name: string) => {
    await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage: true, animations: 'disabled', caret: 'hide' });
  };

  test.describe(view, () => {
    test.use({ colorScheme, viewport, deviceScaleFactor: 2 });

    test('pictures of every page', async ({ page, trouble }) => {
      trouble.expectStatus(401, 404);
      for (const [name, path] of [['home', '/'], ['login', '/login'], ['not-found', '/nowhere']] as const) {
        await visit(page, path);
        await take(page, name);
      }
      await visit(page, '/login');
      await submit(page, { ...ana, password: 'not-her-password' });
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await take(page, 'login-error');
      await signIn(page, ana);
      for (const name of ['account', 'projects', 'logout']) {
        await visit(page, `/${name}`);
        await take(page, name);
      }
      await visit(page, '/');
      await take(page, 'home-signed-in');
      await page.context().clearCookies();
      await signIn(page, zoe);
      await visit(page, '/account');
      await take(page, 'account-awkward');
    });

    test.describe('with an API of moods', () => {
      test.use({ instance: 'scripted' });

      test('pictures of what goes wrong, and of a full list', async ({ page, upstream, trouble }) => {
        trouble.expectStatus(422, 503);
        const fields = { username: ['This address is not known here.'], password: ['At least twelve characters, please.'] };
        upstream.answers.set('POST /sign-in', { status: 422, body: { errors: fields } });
        await visit(page, '/login?callbackUrl=%2Fprojects');
        await submit(page, mira);
        await expect(page.getByRole('alert')).not.toBeEmpty();
        await take(page, 'login-fields');
        upstream.answers.clear();
        upstream.projects = ['Coral reefs', 'Seagrass', 'A name that is as long as names of projects tend to be', 'Kelp'].map(
          (name, number) => ({ id: `p${number}`, name, description: number % 2 ? '' : 'Along the coast, from north to south.' }),
        );
        await submit(page, mira);
        await expect(page.locator('ul.projects > li')).toHaveCount(4);
        await take(page, 'projects-full');
        upstream.answers.set('GET /api/v1/projects', { status: 500 });
        await visit(page, '/projects');
        await take(page, 'projects-fault');
      });
    });
  });
}
