// axe-core on every page, by day and by night, signed out and in; and the keyboard.
import type { Page } from '@playwright/test';
import { ana, signIn, submit, zoe } from '../fixtures/accounts';
import { violations } from '../fixtures/axe';
import { visit } from '../fixtures/hydration';
import type { InstanceName } from '../fixtures/instances';
import { expect, test } from '../fixtures/test';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

for (const instance of ['demo', 'branded'] satisfies InstanceName[]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${instance}, ${colorScheme}`, () => {
      test.use({ instance, colorScheme });

      test('signed out, axe finds nothing', async ({ page, trouble }) => {
        trouble.expectStatus(404);
        for (const path of ['/', '/login', '/login?reason=ended', '/logout', '/nowhere']) {
          await visit(page, path);
          expect.soft(await violations(page), path).toEqual([]);
        }
      });

      test('the login page with an error, axe finds nothing', async ({ page, trouble }) => {
        trouble.expectStatus(401);
        await visit(page, '/login');
        await submit(page, { ...ana, password: 'not-her-password' });
        await expect(page.getByRole('alert')).not.toBeEmpty();
        expect(await violations(page)).toEqual([]);
      });

      test('signed in, axe finds nothing', async ({ page, trouble }) => {
        trouble.expectStatus(404);
        await signIn(page, zoe);
        for (const path of ['/', '/account', '/projects', '/logout', '/nowhere']) {
          await visit(page, path);
          expect.soft(await violations(page), path).toEqual([]);
        }
      });
    });
  }
}

test('axe finds what is wrong, where something is', async ({ page }) => {
  await visit(page, '/login');
  await page.locator('h1').evaluate((heading) => (heading.style.color = 'var(--line)'));
  expect((await violations(page)).join()).toContain('color-contrast');
  await visit(page, '/login');
  await page.locator('input[name="username"]').evaluate((input) => document.querySelector(`label[for="${input.id}"]`)?.remove());
  await page.locator('input[name="username"]').evaluate((input) => input.removeAttribute('placeholder'));
  expect((await violations(page)).join()).toContain('label');
});

/** The lowest contrast (WCAG 2.2) of each pair of custom properties, over accents from the whole of sRGB. */
async function worstContrasts(page: Page, pairs: [string, string][]): Promise<Record<string, number>> {
  return await page.evaluate((pairs) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas');
    const probe = document.body.appendChild(document.createElement('i'));
    const luminance = (property: string) => {
      probe.style.color = `var(${property})`;
      canvas.fillStyle = getComputedStyle(probe).color;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
        const value = byte / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const worst: Record<string, number> = {};
    const steps = [0, 64, 128, 192, 255];
    for (const r of steps) for (const g of steps) for (const b of steps) {
      document.documentElement.style.setProperty('--accent', `rgb(${r} ${g} ${b})`);
      const measured = new Map([...new Set(pairs.flat())].map((property) => [property, luminance(property)]));
      for (const [text, ground] of pairs) {
        const [low = 0, high = 0] = [measured.get(text) ?? 0, measured.get(ground) ?? 0].sort((one, other) => one - other);
        const name = `${text} on ${ground}`;
        worst[name] = Math.min(worst[name] ?? 21, (high + 0.05) / (low + 0.05));
      }
    }
    return worst;
  }, pairs);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`whatever accent the operator chooses, everything can be read, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await visit(page, '/login');
    const worst = await worstContrasts(page, [
      ['--on-accent', '--accent-fill'],
      ['--on-accent', '--accent-fill-hover'],
      ['--accent-text', '--wall'],
      ['--accent-text', '--card'],
      ['--accent-text', '--accent-wash'],
      ['--ink', '--accent-wash'],
      ['--ink-soft', '--wall'],
      ['--ink-soft', '--card'],
      ['--alert', '--card'],
      ['--ink', '--alert-wash'],
    ]);
    expect(Object.entries(worst).filter(([, ratio]) => ratio < 4.5)).toEqual([]);
  });
}

test('the keyboard alone signs in, and always shows where it is', async ({ page }) => {
  await visit(page, '/login?callbackUrl=%2Faccount');
  await page.keyboard.press('Tab');
  await expect(page.locator('a.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);
  await page.locator('input[name="username"]').focus();
  await page.keyboard.type(ana.username);
  await page.keyboard.press('Tab');
  const password = page.locator('input[name="password"]');
  await expect(password).toBeFocused();
  expect(await password.evaluate((input) => getComputedStyle(input).outlineStyle)).toBe('solid');
  await page.keyboard.type(ana.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/account$/);
});

test('no page scrolls sideways on a phone, or at 400 % zoom', async ({ page, trouble }) => {
  trouble.expectStatus(404);
  await signIn(page, zoe);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    for (const path of ['/', '/account', '/projects', '/logout', '/nowhere']) {
      await visit(page, path);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
  await page.context().clearCookies();
  await visit(page, '/login');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
