// `npm run screenshots`: pictures of every page, for the README and for the eye.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig(base, { testDir: '.', testMatch: 'screenshots.ts', workers: 1 });
