// Pays in a real browser with a card that asks for 3-D Secure, is declined, meets a 503, and tries again.
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

const [command, ...before] = (process.env.TOLLBRIDGE || 'tollbridge').split(' ');
const port = process.env.PORT || '8080';
const tollbridge = `http://localhost:${port}`;
const server = spawn(command, [...before, 'serve', '--quiet', '--port', port], { stdio: 'inherit' });
process.env.VITE_STRIPE_JS = `${tollbridge}/endive/stripe.js`;
process.env.VITE_API = tollbridge;
await build({ mode: 'development', logLevel: 'error' });
const pages = await preview({ preview: { port: 0, host: 'localhost' }, logLevel: 'error' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(`${tollbridge}/_tollbridge/health`).then((answer) => answer.ok, () => false)) break;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  const away = [];
  page.on('request', (request) => { if (!/^(http:\/\/localhost|about:|data:)/.test(request.url())) away.push(request.url()); });
  await page.goto(pages.resolvedUrls.local[0]);
  const status = page.getByRole('status');
  const pay = page.getByRole('button', { name: 'Pay' });
  const card = page.frameLocator('iframe[title="Secure card payment input frame"]');
  const fill = async (number) => {
    await card.locator('[name=cardnumber]').fill(number);
    await card.locator('[name=exp-date]').fill('12 / 34');
    await card.locator('[name=cvc]').fill('123');
    await card.locator('[name=postal]').fill('94107');
  };
  const says = (text) => page.waitForFunction((text) => document.querySelector('[role=status]').textContent === text, text);

  await fill('4000002760003184');
  await pay.click();
  await page.frameLocator('body > div > iframe').frameLocator('#challengeFrame').getByRole('button', { name: 'Complete' }).click();
  await says('Payment succeeded.');

  await fill('4000000000009995');
  await pay.click();
  await says('Your card has insufficient funds.');

  const fault = { kind: '503', method: 'POST', path: '/v1/payment_intents', times: null };
  const control = `${tollbridge}/_tollbridge/simulator/faults`;
  await fetch(control, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fault) });
  await fill('4242424242424242');
  await pay.click();
  await page.waitForFunction(() => document.querySelector('[role=status]').textContent.includes('(503). Nothing was charged'));
  await fetch(control, { method: 'DELETE' });
  await pay.click();
  await says('Payment succeeded.');

  assert.deepEqual(away, []);
  console.log(`passed: 3-D Secure, a decline, a 503 and a retry; the last message is ${JSON.stringify(await status.textContent())}`);
} finally {
  await browser.close();
  await pages.close();
  server.kill();
}
