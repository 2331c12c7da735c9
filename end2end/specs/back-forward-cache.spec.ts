// Pages that a browser keeps alive, frozen, and shows again as they were when somebody goes back.
import type { Page } from '@playwright/test';
import { ana, signIn } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';
import { chromiumArguments } from '../playwright.config';

// Playwright turns it off, unless told not to.
test.use({
  launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumArguments, ignoreDefaultArgs: ['--disable-back-forward-cache'] },
});

/** Notes in the page's session storage what would be seen right after it came back. */
async function noteReturns(page: Page): Promise<void> {
  await page.addInitScript(() => {
    addEventListener('pageshow', (event) => {
      if (event.persisted) setTimeout(() => sessionStorage.setItem('returned', `hidden: ${document.documentElement.hidden}`));
    });
  });
}

const returned = async (page: Page) => await page.evaluate(() => sessionStorage.getItem('returned'));

test('OU-08 a page that comes back out of it is hidden until the server has said who is there', async ({ page, browser, baseURL, app }) => {
  await noteReturns(page);
  await signIn(page, ana);
  await visit(page, '/account');
  await expect(page.locator('body')).toContainText(ana.username);
  await page.goto(`${app.url}/livez`);
  // In another browser: here, no cookie changes and no channel tells the sleeping page.
  const elsewhere = await browser.newContext({ baseURL });
  const other = await elsewhere.newPage();
  await signIn(other, ana);
  await other.goto('/logout');
  await other.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(other).not.toHaveURL(/\/logout$/);
  await elsewhere.close();
  await page.goBack({ waitUntil: 'commit' });
  await expect(page).toHaveURL(/\/login\?callbackUrl=%2Faccount/);
  expect(await returned(page)).toBe('hidden: true');
  await expect(page.locator('body')).not.toContainText(ana.username);
});

test('a page that comes back out of it and is still signed in is shown again', async ({ page, app }) => {
  await noteReturns(page);
  await signIn(page, ana);
  await visit(page, '/account');
  await page.goto(`${app.url}/livez`);
  await page.goBack({ waitUntil: 'commit' });
  await expect(page.locator('table.profile').first()).toBeVisible();
  expect(await returned(page)).toBe('hidden: true');
});
