// Written as public suites are for Stripe's own Elements: after `beforeEach`, nothing knows that Stripe is a stand-in.
import { expect, test, type Page } from '@playwright/test';
import { offline } from './offline';

const strays: string[] = [];

test.beforeEach(async ({ context, page, baseURL }, { project }) => {
  await context.route(/^https?:\/\/(?!(localhost|127\.0\.0\.1):)/, async (route) => {
    strays.push(route.request().url());
    await route.abort();
  });
  if (project.name === 'interception') await offline(context);
  await page.goto(baseURL!);
});

test.afterEach(() => expect(strays).toEqual([]));

async function fillCard(page: Page, number: string) {
  const frame = page.frameLocator('iframe[title="Secure card payment input frame"]');
  await frame.getByPlaceholder('Card number').fill(number);
  await frame.getByPlaceholder('MM / YY').fill('12 / 34');
  await frame.getByPlaceholder('CVC').fill('123');
  await frame.locator('[name="postal"]').fill('94107');
}

const challenge = (page: Page) => page.frameLocator('body > div > iframe').frameLocator('iframe[name="stripe-challenge-frame"]');

test('a card pays', async ({ page }) => {
  await fillCard(page, '4242424242424242');
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByRole('status')).toHaveText('succeeded');
});

test('a card pays that is typed key by key, in the first of Stripe\'s frames', async ({ page }) => {
  const frame = page.frameLocator('iframe[name^="__privateStripeFrame"]').first();
  await frame.locator('[name="cardnumber"]').pressSequentially('4242424242424242');
  await page.keyboard.type('1234');
  await page.keyboard.type('123');
  await page.keyboard.type('94107');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toHaveText('succeeded');
});

test('3-D Secure is passed', async ({ page }) => {
  await fillCard(page, '4000002760003184');
  await page.getByRole('button', { name: 'Pay' }).click();
  await challenge(page).getByRole('button', { name: /complete/i }).click();
  await expect(page.getByRole('status')).toHaveText('succeeded');
  await expect(page.locator('iframe[src*="three-ds-2-challenge"]')).toHaveCount(0);
});

test('3-D Secure is failed', async ({ page }) => {
  await fillCard(page, '4000002760003184');
  await page.getByRole('button', { name: 'Pay' }).click();
  await challenge(page).locator('#test-source-fail-3ds').click();
  await expect(page.getByRole('status')).toContainText('We are unable to authenticate your payment method');
});

test('a card is declined', async ({ page }) => {
  await fillCard(page, '4000000000000002');
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByRole('status')).toHaveText('Your card was declined.');
});

test('a number is not complete', async ({ page }) => {
  await fillCard(page, '42424242');
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByRole('status')).toHaveText('Your card number is incomplete.');
});
