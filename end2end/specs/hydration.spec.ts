// The page that the server wrote and the page that the browser makes are the same page, and it can be used.
// A clean console proves no match: Leptos keeps the server's DOM where a tag, a text or an attribute differs. So the
// outlines are compared: as the server sent it, after hydration, and as the browser renders it on its own.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { ana, signIn, zoe } from '../fixtures/accounts';
import { visit } from '../fixtures/hydration';
import { expect, test } from '../fixtures/test';

/** Elements, their telling attributes and their text, one a line; but not what ticks or is there for one side only. */
async function outline(page: Page): Promise<string[]> {
  return await page.locator('body').evaluate((body) => {
    const lines: string[] = [];
    const walk = (node: Node, depth: number) => {
      if (node instanceof Text && node.data.trim()) {
        const last = lines.at(-1) ?? '';
        // Text that one side wrote in two pieces is still one text.
        if (last.startsWith(`${'  '.repeat(depth)}"`)) lines[lines.length - 1] = last + node.data;
        else lines.push(`${'  '.repeat(depth)}"${node.data}`);
      }
      if (!(node instanceof Element) || node.matches('script, noscript, style, template')) return;
      if (node.matches('.token-life')) return void lines.push(`${'  '.repeat(depth)}${node.tagName} …`);
      const told = ['class', 'id', 'href', 'name', 'type', 'action', 'method', 'role', 'for', 'scope', 'aria-current', 'value'];
      const attributes = told.filter((name) => node.hasAttribute(name)).map((name) => `${name}=${node.getAttribute(name)}`);
      lines.push(`${'  '.repeat(depth)}${[node.tagName, ...attributes].join(' ')}`);
      node.childNodes.forEach((child) => walk(child, depth + 1));
    };
    walk(body, 0);
    return lines.map((line) => line.replace(/\s+$/, ''));
  });
}

/** The same visitor, with JavaScript off. */
async function withoutScripts(browser: Browser, context: BrowserContext, url: string): Promise<string[]> {
  const still = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', storageState: await context.storageState() });
  const page = await still.newPage();
  await page.goto(url);
  const lines = await outline(page);
  await still.close();
  return lines;
}

const routes = { '/': 'a.brand', '/account': 'a[href="/account"]', '/projects': 'a[href="/projects"]' } as const;

for (const [path, link] of Object.entries(routes)) {
  test(`${path} signed in: server, hydrated and rendered by the browser are one`, async ({ page, browser, context, app }) => {
    await signIn(page, zoe);
    const server = await withoutScripts(browser, context, `${app.url}${path}`);
    await visit(page, path);
    expect(await outline(page)).toEqual(server);
    // There by the router alone, from a page that the server never rendered this one for.
    await visit(page, path === '/' ? '/projects' : '/');
    await page.locator(`header.site ${link}`).first().click();
    await expect(page).toHaveURL(`${app.url}${path}`);
    await expect.poll(async () => await outline(page)).toEqual(server);
  });
}

test('/login: server, hydrated and rendered by the browser are one', async ({ page, browser, context, app }) => {
  const server = await withoutScripts(browser, context, `${app.url}/login`);
  await visit(page, '/login');
  expect(await outline(page)).toEqual(server);
  await visit(page, '/');
  await page.locator('nav.site-nav a[href^="/login"]').click();
  await expect(page.locator('.login')).toBeVisible();
  expect((await outline(page)).filter((line) => !line.includes('name=callbackUrl'))).toEqual(
    server.filter((line) => !line.includes('name=callbackUrl')),
  );
});

test('signed out, the entrance is one too', async ({ page, browser, context, app }) => {
  const server = await withoutScripts(browser, context, `${app.url}/`);
  await visit(page, '/');
  expect(await outline(page)).toEqual(server);
});

test('a walk through the house loads the document once', async ({ page }) => {
  await signIn(page, ana);
  await visit(page, '/');
  const documents: string[] = [];
  page.on('request', (request) => request.resourceType() === 'document' && documents.push(request.url()));
  for (const path of ['/account', '/projects', '/account']) {
    await page.locator(`header.site a[href="${path}"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.locator('main h1')).toBeVisible();
  }
  await page.goBack();
  await expect(page).toHaveURL(/\/projects$/);
  await expect(page.locator('main h1')).toHaveText('Your projects');
  expect(documents).toEqual([]);
});
