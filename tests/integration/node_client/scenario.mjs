// What a Node backend does with Stripe, against the address in argv: one line for each step that went as it does there.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import Stripe from "stripe";

const address = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_0123456789", {
  host: address.hostname,
  port: address.port,
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
});
const pay = { amount: 1000, currency: "usd", payment_method_types: ["card"] };

async function refused(call) {
  const error = await call.then(() => null, (reason) => reason);
  assert.ok(error, "was not refused");
  return error;
}

const steps = {
  async "create and confirm"() {
    const made = await stripe.paymentIntents.create({ ...pay, metadata: { order: "☂ & 7" } });
    assert.equal(made.status, "requires_payment_method");
    const paid = await stripe.paymentIntents.confirm(made.id, { payment_method: "pm_card_visa" });
    assert.deepEqual([paid.status, paid.amount_received, paid.metadata.order], ["succeeded", 1000, "☂ & 7"]);
  },
  async decline() {
    const error = await refused(
      stripe.paymentIntents.create({ ...pay, confirm: true, payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds" }),
    );
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, "card_declined", "insufficient_funds"]);
    assert.equal(error.payment_intent.status, "requires_payment_method");
  },
  async "3-D Secure"() {
    const asked = { ...pay, confirm: true, payment_method: "pm_card_authenticationRequired" };
    const waiting = await stripe.paymentIntents.create(asked);
    assert.deepEqual([waiting.status, waiting.next_action.type], ["requires_action", "use_stripe_sdk"]);
    const away = await stripe.paymentIntents.create({ ...asked, return_url: "https://shop.example" });
    assert.equal(away.next_action.type, "redirect_to_url");
    const error = await refused(stripe.paymentIntents.create({ ...asked, error_on_requires_action: true }));
    assert.deepEqual([error.code, error.decline_code], ["authentication_required", "authentication_not_handled"]);
  },
  async "capture and cancel"() {
    const held = await stripe.paymentIntents.create({
      ...pay, confirm: true, payment_method: "pm_card_visa", capture_method: "manual",
    });
    assert.deepEqual([held.status, held.amount_capturable], ["requires_capture", 1000]);
    assert.equal((await refused(stripe.paymentIntents.capture(held.id, { amount_to_capture: 1001 }))).code, "amount_too_large");
    assert.equal((await stripe.paymentIntents.capture(held.id, { amount_to_capture: 400 })).amount_received, 400);
    assert.equal((await refused(stripe.paymentIntents.cancel(held.id))).code, "payment_intent_unexpected_state");
    const open = await stripe.paymentIntents.create(pay);
    assert.equal((await stripe.paymentIntents.cancel(open.id)).status, "canceled");
  },
  async "idempotent replay"() {
    const key = { idempotencyKey: "node-1" };
    const first = await stripe.paymentIntents.create(pay, key);
    const again = await stripe.paymentIntents.create(pay, key);
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
    const error = await refused(stripe.paymentIntents.create({ ...pay, amount: 2000 }, key));
    assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
  },
  async "keep a card and subscribe"() {
    const customer = await stripe.customers.create({ email: "zoe@example.com", name: "Zoe" });
    const card = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    const setup = await stripe.setupIntents.create({
      customer: customer.id, payment_method: card.id, payment_method_types: ["card"], confirm: true,
    });
    assert.equal(setup.status, "succeeded");
    const product = await stripe.products.create({ name: "Gate" });
    const price = await stripe.prices.create({
      currency: "usd", unit_amount: 900, product: product.id, recurring: { interval: "month" },
    });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id, items: [{ price: price.id }], default_payment_method: card.id,
    });
    assert.equal(subscription.status, "active");
    assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, "canceled");
    assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  },
  async refund() {
    const paid = await stripe.paymentIntents.create({ ...pay, confirm: true, payment_method: "pm_card_visa" });
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 400, expand: ["balance_transaction"] });
    assert.deepEqual([refund.status, refund.balance_transaction.amount], ["succeeded", -400]);
    const charge = await stripe.charges.retrieve(paid.latest_charge, { expand: ["refunds"] });
    assert.deepEqual([charge.amount_refunded, charge.refunds.data[0].id], [400, refund.id]);
    const error = await refused(stripe.refunds.create({ payment_intent: paid.id, amount: pay.amount }));
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    assert.match(error.message, /is greater than unrefunded amount on charge/);
    const types = (await stripe.events.list({ types: ["refund.created", "charge.refunded"], limit: 2 })).data;
    assert.deepEqual(types.map((event) => event.type).sort(), ["charge.refunded", "refund.created"]);
  },
  async "pay a subscription in the browser"() {
    const customer = await stripe.customers.create({});
    const price = await stripe.prices.create({
      currency: "usd", unit_amount: 900, product_data: { name: "Gate" }, recurring: { interval: "month" },
    });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: "default_incomplete",
      payment_settings: { save_default_payment_method: "on_subscription" },
      expand: ["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    });
    assert.equal(subscription.status, "incomplete");
    const invoice = subscription.latest_invoice;
    const intent = invoice.confirmation_secret.client_secret.split("_secret_")[0];
    assert.equal(invoice.payments.data[0].payment.payment_intent, intent);
    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    const active = await stripe.subscriptions.retrieve(subscription.id);
    assert.ok(active.status === "active" && active.default_payment_method);
    assert.equal((await stripe.invoices.retrieve(invoice.id)).status, "paid");
  },
  async "list and expand"() {
    const customer = await stripe.customers.create({});
    for (let made = 0; made < 3; made += 1) {
      await stripe.paymentIntents.create({ ...pay, customer: customer.id, confirm: true, payment_method: "pm_card_visa" });
    }
    const found = [];
    const asked = { customer: customer.id, limit: 2, expand: ["data.latest_charge", "data.customer"] };
    for await (const intent of stripe.paymentIntents.list(asked)) found.push(intent);
    assert.equal(found.length, 3);
    assert.ok(found.every((intent) => intent.latest_charge.paid && intent.customer.id === customer.id));
    const charges = await stripe.charges.list({ payment_intent: found[0].id });
    assert.equal(charges.data[0].id, found[0].latest_charge.id);
  },
  async webhook() {
    let told;
    const delivered = new Promise((resolve) => { told = resolve; });
    const shop = createServer(async (request, answer) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      answer.end();
      told([Buffer.concat(pieces), request.headers["stripe-signature"]]);
    }).listen(0, "127.0.0.1");
    await once(shop, "listening");
    const url = `http://127.0.0.1:${shop.address().port}/webhook`;
    const { id, secret } = await stripe.webhookEndpoints.create({ url, enabled_events: ["payment_intent.succeeded"] });
    const paid = await stripe.paymentIntents.create({ ...pay, confirm: true, payment_method: "pm_card_visa" });
    const [body, signature] = await delivered;
    const event = stripe.webhooks.constructEvent(body, signature, secret);
    assert.deepEqual([event.type, event.data.object.id], ["payment_intent.succeeded", paid.id]);
    assert.throws(() => stripe.webhooks.constructEvent(body, signature, `${secret}x`), Stripe.errors.StripeSignatureVerificationError);
    assert.equal((await stripe.webhookEndpoints.del(id)).deleted, true);
    shop.close();
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log(name);
}
