// A checkout as a user's page would have it: our API, and Stripe.js by its public names. What the server was asked, and
// what it asked of Stripe, is shown beside it.
import { $, call, element, say, takeTokens, tokenOf } from "./control.js";
import { clientSide, stripeSide } from "./exchanges.js";
import { follow } from "./follow.js";
import { filledPath, paymentCall, secretIn } from "./payment_call.js";

const NEW_CARD = "";
const MAX_SHOWN = 20;

const stripe = window.Stripe ? window.Stripe("pk_test_tollbridge") : null;
let target = null; // the call that pays, as the contract has it
let world = null;
let cardElement = null;
let kind = "curl";

// --- the payment: all of it could stand in a user's page -------------------------------------------------------------

/** Create the intent, then let the browser confirm it, where that is left to it. */
async function pay(event) {
  event.preventDefault();
  $("pay").disabled = true;
  $("errors").replaceChildren();
  $("happened").replaceChildren();
  say("outcome", "Paying …");
  try {
    const body = bodyOfForm();
    const answer = await fetch(filledPath(target), {
      method: target.method, headers: headersOfForm(await token()), body: JSON.stringify(body),
    });
    const document = await answer.json();
    if (answer.ok) await confirm(secretIn(document, target), body);
    else refuse(document);
  } catch (error) {
    say("outcome", `It did not work: ${error.message}`);
  } finally {
    $("pay").disabled = false;
  }
}

async function confirm(clientSecret, body) {
  if (body[target.members.confirm]) return say("outcome", "Paid: the card was charged on the server.");
  if (!stripe) return say("outcome", "The intent exists. This server has no Stripe.js to confirm it with.");
  const details = isSaved() ? undefined : { payment_method: { card: cardElement } };
  const { error, paymentIntent } = await stripe.confirmCardPayment(clientSecret, details);
  if (error) return say("outcome", `Not paid: ${error.message}`);
  const paid = paymentIntent.status === "succeeded";
  say("outcome", paid ? "Paid: the PaymentIntent succeeded." : `Not paid yet: the PaymentIntent is ${paymentIntent.status}.`);
}

function refuse(problem) {
  say("outcome", `${problem.status} ${problem.error_code}: ${problem.detail}`);
  const listed = (problem.errors ?? []).map((one) => `${one.pointer ?? one.header ?? ""} ${one.detail}`);
  $("errors").replaceChildren(...listed.map((text) => element("li", {}, text)));
}

function isSaved() {
  return $("card").value !== NEW_CARD;
}

function bodyOfForm() {
  const amount = $("amount").value.trim();
  const parts = { amount: /^\d{1,15}$/.test(amount) ? Number(amount) : amount, currency: $("currency").value.trim() };
  if (isSaved()) parts.payment_method = Number($("card").value);
  if (isSaved() && $("charge").checked) parts.confirm = true;
  if ($("description").value) parts.description = $("description").value;
  const named = Object.entries(parts).filter(([part]) => target.members[part]);
  return Object.fromEntries(named.map(([part, value]) => [target.members[part], value]));
}

function headersOfForm(token) {
  const headers = { "Content-Type": "application/json" };
  if ($("prefer").value.trim()) headers.Prefer = $("prefer").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  return headers;
}

/** Return a token for the chosen organization; null where none is needed. */
async function token() {
  const account = accountOf(Number($("organization").value));
  return account === null ? null : tokenOf(account);
}

/** Return whose token a request for an organization needs; null where none is needed. */
function accountOf(organization) {
  if (!world) return null;
  const standard = world.accounts.find((one) => one.id === world.default_account);
  if (standard?.organization === organization) return null;
  return world.accounts.find((one) => one.organization === organization && one.active)?.id ?? null;
}

// --- the call in other words -----------------------------------------------------------------------------------------

const WORDS = {
  curl(headers, body) {
    const given = Object.entries(headers).map(([name, value]) => ` \\\n  -H ${quoted(`${name}: ${value}`)}`).join("");
    const url = quoted(location.origin + filledPath(target));
    return `curl -X ${target.method} ${url}${given} \\\n  -d ${quoted(JSON.stringify(body))}`;
  },
  fetch(headers, body) {
    return `const answer = await fetch(${JSON.stringify(location.origin + filledPath(target))}, {
  method: ${JSON.stringify(target.method)},
  headers: ${JSON.stringify(headers)},
  body: JSON.stringify(${JSON.stringify(body)}),
});
const document = await answer.json();`;
  },
  client(headers, body) {
    const { "Content-Type": _, ...more } = headers;
    const path = Object.fromEntries(target.parameters.map(({ name, value }) => [name, value]));
    const given = [
      ...target.parameters.length ? [`params: { path: ${JSON.stringify(path)} },`] : [],
      ...Object.keys(more).length ? [`headers: ${JSON.stringify(more)},`] : [],
      `body: ${JSON.stringify(body)},`,
    ].join("\n  ");
    return `// npm install openapi-fetch openapi-typescript
// npx openapi-typescript ${location.origin}/_tollbridge/openapi.yaml -o payments.d.ts
import createClient from "openapi-fetch";
import type { paths } from "./payments";

const client = createClient<paths>({ baseUrl: ${JSON.stringify(location.origin + target.base)} });
const { data, error } = await client.${target.method}(${JSON.stringify(target.path)}, {
  ${given}
});`;
  },
};

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Show the call; a token is made when the call is copied. */
function showCall() {
  const needed = accountOf(Number($("organization").value)) !== null;
  $("code").textContent = WORDS[kind](headersOfForm(needed && "TOKEN"), bodyOfForm());
}

async function copy() {
  try {
    await navigator.clipboard.writeText(WORDS[kind](headersOfForm(await token()), bodyOfForm()));
    say("copied", "Copied.");
  } catch (error) {
    say("copied", error.message);
  }
}

function choose(tab) {
  for (const each of $("tabs").children) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
  }
  kind = tab.id.replace("tab-", "");
  $("snippet").setAttribute("aria-labelledby", tab.id);
  showCall();
}

function turn(event) {
  const to = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
  const tab = to && event.target[to];
  if (!tab) return;
  choose(tab);
  tab.focus();
}

// --- what happened ---------------------------------------------------------------------------------------------------

async function show(number) {
  const one = await (await call("GET", `console/exchanges/${number}`)).json();
  if ($("happened").childElementCount >= MAX_SHOWN) $("happened").firstElementChild.remove();
  const title = one.area === "stripe" ? "The browser and Stripe" : "The page and the server";
  const sides = element("div", { className: "sides" }, element("div", {}, element("h3", {}, title), ...clientSide(one)));
  if (one.area !== "stripe") sides.append(element("div", {}, element("h3", {}, "The server and Stripe"), ...stripeSide(one)));
  $("happened").append(sides);
  $("none").hidden = true;
}

// --- the page --------------------------------------------------------------------------------------------------------

function offerCards() {
  const organization = world?.organizations.find((one) => one.id === Number($("organization").value));
  const methods = target.members.payment_method ? organization?.payment_methods ?? [] : [];
  const saved = methods.map((one) =>
    element("option", { value: one.id }, `${one.id}: ${one.card}${one.attached ? "" : ", not attached"}`));
  $("card").replaceChildren(element("option", { value: NEW_CARD }, "a new card"), ...saved);
  changed();
}

function changed() {
  const fresh = $("card").value === NEW_CARD;
  $("new-card").hidden = !fresh || !stripe;
  $("charge-label").hidden = fresh || !target.members.confirm;
  showCall();
}

function offerParameters() {
  const fields = target.parameters.map((one) => {
    const field = element("input", { value: one.value, required: true, autocomplete: "off" });
    field.addEventListener("input", () => { one.value = field.value; });
    return element("label", {}, one.name, " ", field);
  });
  $("parameters").replaceChildren(...fields);
  $("description-label").hidden = !target.members.description;
}

async function load() {
  world = await (await call("GET", "console/world")).json();
  const named = world.organizations.map((one) => element("option", { value: one.id }, `${one.id} ${one.name}`));
  $("organization").replaceChildren(...named);
  offerCards();
}

function mountCard() {
  if (!stripe) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const base = { color: dark ? "#e6e8eb" : "#1a1d21", fontSize: "16px", "::placeholder": { color: dark ? "#a2a9b3" : "#5a6069" } };
  cardElement = stripe.elements().create("card", { style: { base }, hidePostalCode: true });
  cardElement.mount("#element");
}

function listen() {
  $("checkout").addEventListener("submit", pay);
  $("checkout").addEventListener("input", showCall);
  $("organization").addEventListener("change", offerCards);
  $("card").addEventListener("change", changed);
  $("tabs").addEventListener("click", (event) => { if (event.target.role === "tab") choose(event.target); });
  $("tabs").addEventListener("keydown", turn);
  $("copy").addEventListener("click", copy);
}

/** Learn from the contract which call pays, as any client of the API would. */
async function start() {
  target = paymentCall(await (await fetch("/_tollbridge/openapi.json")).json());
  if (!target) {
    say("outcome", "No operation of this contract says that it makes a payment (x-stripe: creates, amount, currency, secret).");
    return;
  }
  listen();
  $("pay").disabled = false;
  offerParameters();
  mountCard();
  offerCards();
  takeTokens(load);
  follow({
    after: "now",
    live: "",
    closed: "What Stripe is told needs the control token.", // the payment works without it
    async take(exchanges) {
      for (const one of exchanges) await show(one.number);
    },
  });
  await load().catch(() => {});
}

start().catch((error) => say("outcome", `The contract could not be read: ${error.message}`));
