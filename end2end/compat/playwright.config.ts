// How the tests with real programs run: real processes on loopback, and a browser where people go from one to the other. Most of the time they wait for tokens to
// die, so that the programs take their turns side by side; the checks of one come one after the other.
import { defineConfig } from '@playwright/test';
import { chromiumArguments } from '../playwright.config';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/compat',
  forbidOnly: true,
  retries: 0,
  workers: 5,
  timeout: 90_000,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumArguments },
  },
});
