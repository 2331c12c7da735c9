// Takes light, dark and phone pictures of the pages into the folder that SCREENSHOTS names (default test-results/pictures).
import { join } from 'node:path';
import { ana, signIn, submit } from './fixtures/accounts';
import { visit } from './fixtures/hydration';
import { expect, test } from './fixtures/test';

const folder = process.env.SCREENSHOTS ?? 'test-results/pictures';

const views = {
  light: { colorScheme: 'light', viewport: { width: 1100, height: 820 } },
  dark: { colorScheme: 'dark', viewport: { width: 1100, height: 820 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
} as const;

for (const [view, { colorScheme, viewport }] of Object.entries(views)) {
  test.describe(view, () => {
    test.use({ colorScheme, viewport, deviceScaleFactor: 2 });

    test('pictures of every page', async ({ page, trouble }) => {
      trouble.expectStatus(401, 404);
      const take = async (name: string) => {
        await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage: true, animations: 'disabled', caret: 'hide' });
      };
      for (const [name, path] of [['home', '/'], ['login', '/login'], ['not-found', '/nowhere']] as const) {
        await visit(page, path);
        await take(name);
      }
      await visit(page, '/login');
      await submit(page, { ...ana, password: 'not-her-password' });
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await take('login-error');
      await signIn(page, ana);
      for (const name of ['account', 'projects', 'logout']) {
        await visit(page, `/${name}`);
        await take(name);
      }
      await visit(page, '/');
      await take('home-signed-in');
    });
  });
}
