// How the end-to-end tests run: one Chromium, no retries, no network but loopback.
import { defineConfig } from '@playwright/test';

/** Keeps Chromium from looking up hosts of its own; as root it cannot use its sandbox. */
export const chromiumArguments = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export default defineConfig({
  testDir: 'specs',
  outputDir: 'test-results',
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 7_500 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumArguments },
    trace: 'retain-on-failure',
  },
});
