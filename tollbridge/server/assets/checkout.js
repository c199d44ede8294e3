// A checkout as a user's page would have it: our API, and Stripe.js by its public names. What the server was asked, and
// what it asked of Stripe, is shown beside it.
import { $, call, element, say, takeTokens, tokenEntered } from "./control.js";
import { clientSide, events, stripeSide } from "./exchanges.js";

const PATH = "/api/payment/intent";
const NEW_CARD = "";
const MAX_SHOWN = 20;
const RETRY_MS = 1500;

const stripe = window.Stripe ? window.Stripe("pk_test_tollbridge") : null;
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
    const { method, headers, body } = await request();
    const answer = await fetch(PATH, { method, headers, body: JSON.stringify(body) });
    const document = await answer.json();
    if (answer.ok) await confirm(document.client_secret, body);
    else refuse(document);
  } catch (error) {
    say("outcome", `It did not work: ${error.message}`);
  } finally {
    $("pay").disabled = false;
  }
}

async function confirm(clientSecret, body) {
  if (body.error_on_requires_action) return say("outcome", "Paid: the card was charged on the server.");
  if (!stripe) return say("outcome", "The intent exists. This server has no Stripe.js to confirm it with.");
  const details = body.payment_method ? undefined : { payment_method: { card: cardElement } };
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

function bodyOfForm() {
  const amount = $("amount").value.trim();
  const body = { amount: /^\d{1,15}$/.test(amount) ? Number(amount) : amount, currency: $("currency").value.trim() };
  if ($("card").value !== NEW_CARD) body.payment_method = Number($("card").value);
  if ($("charge").checked && $("card").value !== NEW_CARD) body.error_on_requires_action = true;
  if ($("description").value) body.description = $("description").value;
  return body;
}

async function request() {
  const headers = { "Content-Type": "application/json" };
  if ($("prefer").value.trim()) headers.Prefer = $("prefer").value.trim();
  const account = accountOf(Number($("organization").value));
  if (account !== null) headers.Authorization = `Bearer ${(await (await call("POST", "tokens", { account })).json()).access_token}`;
  return { method: "POST", headers, body: bodyOfForm() };
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
    return `curl -X POST ${quoted(location.origin + PATH)}${given} \\\n  -d ${quoted(JSON.stringify(body))}`;
  },
  fetch(headers, body) {
    return `const answer = await fetch(${JSON.stringify(location.origin + PATH)}, {
  method: "POST",
  headers: ${JSON.stringify(headers)},
  body: JSON.stringify(${JSON.stringify(body)}),
});
const document = await answer.json();`;
  },
  client(headers, body) {
    const { "Content-Type": _, ...more } = headers;
    const given = Object.keys(more).length ? `\n  headers: ${JSON.stringify(more)},` : "";
    return `// npm install openapi-fetch openapi-typescript
// npx openapi-typescript ${location.origin}/_tollbridge/openapi.yaml -o payments.d.ts
import createClient from "openapi-fetch";
import type { paths } from "./payments";

const client = createClient<paths>({ baseUrl: ${JSON.stringify(location.origin)} });
const { data, error } = await client.POST(${JSON.stringify(PATH)}, {${given}
  body: ${JSON.stringify(body)},
});`;
  },
};

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function showCall() {
  const headers = { "Content-Type": "application/json" };
  if (accountOf(Number($("organization").value)) !== null) headers.Authorization = "Bearer TOKEN";
  if ($("prefer").value.trim()) headers.Prefer = $("prefer").value.trim();
  $("code").textContent = WORDS[kind](headers, bodyOfForm());
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

/** Show exchanges as they come; without control the payment works all the same. */
async function follow() {
  let place = "after=now";
  let journal = "";
  for (;;) {
    try {
      const answer = await call("GET", `console/events?${place}&journal=${journal}`);
      say("state", "");
      for await (const { event, data } of events(answer.body)) {
        if (event === "journal") journal = JSON.parse(data);
        else for (const one of JSON.parse(data)) {
          place = `after=${one.number}`;
          await show(one.number);
        }
      }
    } catch (error) {
      say("state", error.status === 403 ? "What Stripe is told needs the control token." : "The server does not answer. Trying again …");
      if (error.status === 403) await tokenEntered();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

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
  const saved = (organization?.payment_methods ?? []).map((one) =>
    element("option", { value: one.id }, `${one.id}: ${one.card}${one.attached ? "" : ", not attached"}`));
  $("card").replaceChildren(element("option", { value: NEW_CARD }, "a new card"), ...saved);
  changed();
}

function changed() {
  const fresh = $("card").value === NEW_CARD;
  $("new-card").hidden = !fresh || !stripe;
  $("charge-label").hidden = fresh;
  showCall();
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

takeTokens(load);
$("checkout").addEventListener("submit", pay);
$("organization").addEventListener("change", offerCards);
$("card").addEventListener("change", changed);
$("checkout").addEventListener("input", showCall);
$("tabs").addEventListener("click", (event) => { if (event.target.role === "tab") choose(event.target); });
$("tabs").addEventListener("keydown", turn);
$("copy").addEventListener("click", () => navigator.clipboard.writeText($("code").textContent).then(
  () => say("copied", "Copied."), (error) => say("copied", error.message)));
mountCard();
offerCards();
load().catch(() => {});
follow();
