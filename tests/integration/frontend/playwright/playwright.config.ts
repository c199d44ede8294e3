import { defineConfig } from '@playwright/test';

const launchOptions = {
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
};

export default defineConfig({
  workers: 1,
  reporter: 'list',
  maxFailures: 1,
  expect: { timeout: 15_000 },
  use: { launchOptions, actionTimeout: 10_000 },
  projects: [
    { name: 'address', use: { baseURL: process.env.PAGE_WITH_OUR_ADDRESS } },
    { name: 'interception', grep: /passed|declined/, use: { baseURL: process.env.PAGE_WITH_STRIPES_ADDRESS } },
  ],
});
