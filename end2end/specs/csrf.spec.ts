// What a page on another origin can make a visitor's browser do here: nothing.
import { ana, signIn, zoe } from '../fixtures/accounts';
import { Stranger } from '../fixtures/stranger';
import { expect, test as base } from '../fixtures/test';

const test = base.extend<{ stranger: Stranger }>({
  stranger: async ({}, use) => {
    const stranger = await Stranger.start();
    await use(stranger);
    await stranger.stop();
  },
});

const fields = ({ username, password } = zoe) =>
  `<input name="username" value="${username}"><input name="password" value="${password}">`;

for (const host of ['localhost', '127.0.0.1'] as const) {
  for (const path of ['/login', '/api/sign_in']) {
    test(`CS-05 a form on ${host} that posts a sign-in to ${path} by itself sets no cookie`, async ({ page, context, app, stranger, trouble }) => {
      trouble.expectStatus(403);
      stranger.html = `<form method="post" action="${app.url}${path}">${fields()}</form><script>document.forms[0].submit()</script>`;
      const posted = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.goto(stranger.url(host));
      expect((await posted).status()).toBe(403);
      expect((await posted).headers()['set-cookie']).toBeUndefined();
      expect(await context.cookies()).toEqual([]);
    });
  }

  test(`CS-05 a form on ${host} does not put another user over the one who is signed in`, async ({ page, context, app, stranger, trouble }) => {
    trouble.expectStatus(403);
    await signIn(page, ana);
    const before = await context.cookies();
    stranger.html = `<form method="post" action="${app.url}/login">${fields()}</form><script>document.forms[0].submit()</script>`;
    const posted = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.goto(stranger.url(host));
    expect((await posted).status()).toBe(403);
    expect(await context.cookies()).toEqual(before);
    await page.goto(`${app.url}/account`);
    await expect(page.locator('table.profile').first()).toContainText(ana.username);
  });

  test(`CS-01 a form on ${host} signs nobody out`, async ({ page, app, stranger, trouble }) => {
    trouble.expectStatus(403);
    await signIn(page, ana);
    for (const path of ['/auth/sign-out', '/api/sign_out']) {
      stranger.html = `<form method="post" action="${app.url}${path}"></form><script>document.forms[0].submit()</script>`;
      const posted = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.goto(stranger.url(host));
      expect((await posted).status(), path).toBe(403);
    }
    await page.goto(`${app.url}/account`);
    await expect(page).toHaveURL(`${app.url}/account`);
  });

  test(`CS-07 CS-08 a script on ${host} reads nothing of the session`, async ({ page, app, stranger, trouble }) => {
    await signIn(page, ana);
    stranger.html = 'looking in';
    await page.goto(stranger.url(host));
    const read = await page.evaluate(async (url) => {
      const fetched = await fetch(`${url}/auth/session`, { credentials: 'include' }).then((answer) => answer.text(), () => 'refused');
      const opaque = await fetch(`${url}/auth/session`, { credentials: 'include', mode: 'no-cors' }).then((answer) => answer.text(), () => 'refused');
      return [fetched, opaque];
    }, app.url);
    expect(read.filter((text) => text !== 'refused' && text !== '')).toEqual([]);
    // Chromium says so in its console, and it should.
    trouble.take();
  });
}
