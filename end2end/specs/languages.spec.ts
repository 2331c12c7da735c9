// The library's pages in the language of whoever reads them.
import type { Page } from '@playwright/test';

import { ana, type Account } from '../fixtures/accounts';
import { expect, test } from '../fixtures/test';

/** Signs in, whatever the form's labels are. */
async function submit(page: Page, { username, password }: Account): Promise<void> {
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('.login button.primary').click();
}

test.describe('a browser that prefers Spanish', () => {
  test.use({ locale: 'es-MX' });

  test('reads the login page, and what went wrong, in Spanish', async ({ page, trouble }) => {
    trouble.expectStatus(401);
    await page.goto('/login');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Iniciar sesión en Marxan');
    await expect(page.locator('section.login')).toHaveAttribute('lang', 'es');
    await expect(page.getByLabel('Correo electrónico')).toBeVisible();
    await submit(page, { ...ana, password: 'not-her-password' });
    await expect(page.getByRole('alert')).toContainText('No coincide con ninguna cuenta.');
    await submit(page, ana);
    await page.waitForURL('/');
    await page.goto('/logout');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('¿Cerrar sesión?');
  });

  test('says in Spanish that the site cannot be reached', async ({ page, trouble }) => {
    await page.goto('/login');
    await page.route('**/api/sign_in', (route) => route.abort());
    await submit(page, ana);
    await expect(page.getByRole('alert')).toContainText('Ahora mismo no se puede acceder a este sitio.');
    expect(trouble.take().every((line) => line.includes('Failed to load resource'))).toBe(true);
  });
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('a language that was chosen stays, and so does where the person wanted to go', async ({ page, context, trouble }) => {
      trouble.expectStatus(401);
      await page.goto('/login?callbackUrl=%2Faccount');
      await page.getByRole('navigation', { name: 'Language' }).getByRole('link', { name: 'Deutsch' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bei Marxan anmelden');
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ name: 'lang', value: 'de', httpOnly: true, sameSite: 'Lax' });
      await submit(page, { ...ana, password: 'not-her-password' });
      await expect(page.getByRole('alert')).toContainText('Dazu gibt es kein Konto.');
      await submit(page, ana);
      await expect(page).toHaveURL(/\/account$/);
      await page.goto('/logout');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Abmelden?');
    });
  });
}
