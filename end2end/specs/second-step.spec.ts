// A user with a second factor: the code is asked for after the password, which nobody types twice.
import { codeOfIris, iris, submit } from '../fixtures/accounts';
import { expect, test } from '../fixtures/test';

// A code is good once, so one test uses that of this moment, the other the next.
test.describe.configure({ mode: 'serial' });

test('a code is asked for on the same page, and a wrong one again', async ({ page, context, trouble }) => {
  trouble.expectStatus(401);
  await page.goto('/login?callbackUrl=%2Faccount');
  await submit(page, iris);
  const code = page.getByLabel('One-time code');
  await expect(code).toBeFocused();
  await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(code).toHaveAttribute('inputmode', 'numeric');
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await expect(page.locator('.login .alert')).toBeEmpty();
  await expect(page.locator('input[type="password"]')).toHaveCount(0);
  expect((await context.cookies()).map((cookie) => cookie.name)).toEqual(['session-step']);
  expect(await page.content()).not.toContain(iris.password);

  await code.fill('000000');
  await page.locator('.login button.primary').click();
  await expect(page.getByRole('alert').first()).toContainText('That code did not match');
  await code.fill(codeOfIris());
  await page.locator('.login button.primary').click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.locator('table.profile').first()).toContainText(iris.username);
  expect((await context.cookies()).map((cookie) => cookie.name)).toEqual(['session']);
});

test('who cannot give a code starts again', async ({ page, trouble }) => {
  trouble.expectStatus(401);
  await page.goto('/login?callbackUrl=%2Faccount');
  await submit(page, iris);
  await page.getByRole('link', { name: 'Start again' }).click();
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount$/);
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('OU-13 the second step is a page like the first', async ({ page, trouble }) => {
    trouble.expectStatus(401);
    await page.goto('/login?callbackUrl=%2Faccount');
    await submit(page, iris);
    await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
    expect(await page.content()).not.toContain(iris.password);
    await page.getByLabel('One-time code').fill('000000');
    await page.locator('.login button.primary').click();
    await expect(page.getByRole('alert').first()).toContainText('That code did not match');
    await expect(page.getByLabel('One-time code')).toHaveValue('');
    await page.getByLabel('One-time code').fill(codeOfIris(1));
    await page.locator('.login button.primary').click();
    await expect(page).toHaveURL(/\/account$/);
    await expect(page.locator('table.profile').first()).toContainText(iris.username);
  });
});
