// How the judges are asked: one after the other, for some of them measure time.
import { defineConfig } from '@playwright/test';
import { chromiumArguments } from '../playwright.config';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/judge',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 20 * 60_000,
  reporter: [['./table.ts']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    ignoreHTTPSErrors: true,
    actionTimeout: 15_000,
    launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumArguments },
    contextOptions: { reducedMotion: 'reduce' },
  },
});
