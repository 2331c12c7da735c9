// How the tests of the example applications run: one Chromium, one test after the other.
import { defineConfig } from '@playwright/test';

import { chromiumArguments } from '../playwright.config';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/examples',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 90_000,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumArguments },
    trace: 'retain-on-failure',
  },
});
