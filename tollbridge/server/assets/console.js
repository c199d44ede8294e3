// The console: exchanges as they come, faults, reset, and who there is in the world.
// Everything that a client sent is put into the page as text, never as markup.
import { $, call, element, say, takeTokens, tokenOf } from "./control.js";
import { listDeliveries, listDeliveriesSoon } from "./deliveries.js";
import { clientSide, stripeSide } from "./exchanges.js";
import { follow } from "./follow.js";

const MAX_SHOWN = 1000;
const ROUTES = [
  ["POST", "/v1/payment_intents", "creating an intent"],
  ["POST", "/v1/payment_intents/{intent}/confirm", "confirming an intent"],
  ["POST", "/v1/subscriptions/{subscription}", "changing a subscription"],
  ["POST", "/v1/payment_methods", "making a payment method"],
  ["GET", "/v1/customers/{customer}/payment_methods/{payment_method}", "looking a card up"],
  [null, null, "any call"],
];
const KINDS = {
  "Stripe's answer": ["500", "503", "429", "409", "424", "400", "401", "403", "501", "lock_timeout"],
  "A card error": ["card_declined", "expired_card", "incorrect_cvc", "incorrect_number", "processing_error",
    "authentication_required"],
  "No proper answer": ["reset", "silence", "garbage", "slow"],
};

const shown = new Map(); // number → its list item, the oldest first
let opened = null;
let world = null;

// --- exchanges -----------------------------------------------------------------------------------------------------

function add(exchanges) {
  const fresh = document.createDocumentFragment();
  for (const one of exchanges) {
    if (shown.has(one.number)) continue;
    const item = row(one);
    shown.set(one.number, item);
    fresh.prepend(item);
  }
  $("list").prepend(fresh);
  for (const number of [...shown.keys()].slice(0, Math.max(0, shown.size - MAX_SHOWN))) {
    shown.get(number).remove();
    shown.delete(number);
  }
  count();
}

function row(one) {
  const path = one.area === "stripe" ? `Stripe ${one.path}` : one.path;
  const stripe = one.asked.length ? `${one.asked.length} at Stripe` : "";
  const note = one.steered ? `Prefer: ${one.steered}` : one.error_code ?? stripe;
  const button = element("button", { type: "button" },
    element("time", { dateTime: new Date(one.when * 1000).toISOString() }, new Date(one.when * 1000).toLocaleTimeString([], { hour12: false })),
    element("span", { className: `status ${tone(one.status)}` }, String(one.status || "none")),
    element("span", {}, `${one.method} ${path}`),
    element("span", { className: "note" }, note),
    element("span", { className: "ms" }, `${one.milliseconds.toFixed(0)} ms`));
  button.addEventListener("click", () => open(one.number).catch((error) => say("state", error.message)));
  const item = element("li", {}, button);
  item.dataset.text = [one.method, path, one.status, one.error_code, one.operation, one.id, ...one.asked].join(" ").toLowerCase();
  item.dataset.area = one.area;
  item.hidden = !matches(item);
  return item;
}

function tone(status) {
  return status >= 500 || !status ? "bad" : status >= 400 ? "odd" : "good";
}

function matches(item) {
  if (item.dataset.area === "stripe" && !$("stripe-too").checked) return false;
  return $("filter").value.toLowerCase().split(/[\s,]+/).every((word) => item.dataset.text.includes(word));
}

function filter() {
  for (const item of shown.values()) item.hidden = !matches(item);
  count();
}

function count() {
  const visible = [...shown.values()].filter((item) => !item.hidden).length;
  say("count", visible === shown.size ? `${visible}` : `${visible} of ${shown.size}`);
  $("none").hidden = shown.size > 0;
}

function clearList() {
  shown.clear();
  $("list").replaceChildren();
  close();
  count();
}

/** Move among the exchanges by the arrow keys. */
function step(event) {
  const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!to) return;
  let item = event.target.closest("li")?.[to];
  while (item?.hidden) item = item[to];
  item?.firstElementChild.focus();
  event.preventDefault();
}

// --- one exchange --------------------------------------------------------------------------------------------------

async function open(number) {
  const one = await (await call("GET", `console/exchanges/${number}`)).json();
  for (const [each, item] of shown) item.firstElementChild.setAttribute("aria-current", String(each === number));
  opened = { number, ...one };
  say("detail-title", `${one.method} ${one.path}`);
  say("replay-says", "");
  $("replay").disabled = !one.repeatable;
  $("replay").title = one.repeatable ? "" : "It is not kept whole, holds a secret, or was a call to Stripe.";
  $("client-side").replaceChildren(...clientSide(one));
  $("stripe-side").replaceChildren(...stripeSide(one));
  $("detail").hidden = false;
  $("detail").focus();
}

function close() {
  const item = opened && shown.get(opened.number);
  opened = null;
  $("detail").hidden = true;
  item?.firstElementChild.setAttribute("aria-current", "false");
  item?.firstElementChild.focus();
}

/** Send the opened request again, with a fresh token of the same account. */
async function replay() {
  const { method, path, query, sent, account } = opened;
  const headers = new Headers();
  const passed = ["accept", "content-type", "organization_id", "prefer"];
  for (const [name, value] of sent.headers) if (passed.includes(name) || name.startsWith("x-")) headers.append(name, value);
  try {
    if (account !== null) headers.set("authorization", `Bearer ${await tokenOf(account)}`);
    const body = ["GET", "HEAD"].includes(method) ? undefined : sent.body;
    const answer = await fetch(path + (query ? `?${query}` : ""), { method, headers, body });
    say("replay-says", `Sent again: ${answer.status}.`);
  } catch (error) {
    say("replay-says", `It could not be sent: ${error.message}`);
  }
}

// --- faults --------------------------------------------------------------------------------------------------------

function offerFaults() {
  const groups = { "A problem of the next payment": world.problems.map((one, index) => [`problem:${index}`, `${one.status} ${one.error_code}`]) };
  for (const [name, kinds] of Object.entries(KINDS)) groups[name] = kinds.map((kind) => [kind, kind]);
  for (const [name, options] of Object.entries(groups)) {
    if (!options.length) continue;
    $("kind").append(element("optgroup", { label: name }, ...options.map(([value, text]) => element("option", { value }, text))));
  }
  $("route").append(...ROUTES.map(([, , text], index) => element("option", { value: index }, text)));
  explainFault();
}

function chosenProblem() {
  const [kind, index] = $("kind").value.split(":");
  return kind === "problem" ? world.problems[Number(index)] : null;
}

function explainFault() {
  const problem = chosenProblem();
  say("how", problem ? problem.how : "");
  for (const id of ["route-label", "when-label"]) $(id).hidden = Boolean(problem);
  $("seconds-label").hidden = $("kind").value !== "slow";
}

async function letFail(event) {
  event.preventDefault();
  const problem = chosenProblem();
  const [method, path] = ROUTES[Number($("route").value)];
  const always = document.querySelector("input[name=times]:checked").value === "always";
  const fault = problem ? { ...problem.fault } : { method, path, kind: $("kind").value, when: $("when").value, times: 1 };
  if (fault.method === null) { delete fault.method; delete fault.path; }
  if (fault.kind === "slow") fault.seconds = Number($("seconds").value);
  if (always) fault.times = null;
  await told("fault-says", async () => {
    await call("POST", "simulator/faults", fault);
    return "It waits for its call.";
  });
  await listFaults();
}

async function listFaults() {
  const { data } = await (await call("GET", "simulator/faults")).json();
  $("waiting").replaceChildren(...data.map((one) => {
    const call = one.path ? `${one.method} ${one.path}` : "any call";
    const often = one.times === null ? "until switched off" : one.times === 1 ? "once" : `for ${one.times} calls in a row`;
    const done = one.when === "after" ? "once it is done" : "before it is done";
    return element("li", {}, `${one.kind} to ${call}, ${done}, ${often}`);
  }));
  $("forgive").hidden = !data.length;
  if (!data.length) say("fault-says", "");
}

// --- world ---------------------------------------------------------------------------------------------------------

function showWorld() {
  $("accounts").tBodies[0].replaceChildren(...world.accounts.map((one) => {
    const button = element("button", { type: "button", ariaLabel: `Copy a token of ${one.name}` }, "copy");
    button.addEventListener("click", () => copyToken(one));
    const name = element("span", {}, one.active ? one.name : `${one.name} (disabled)`, element("small", {}, one.role));
    return cells(one.id, name, one.organization ?? "", button);
  }));
  $("methods").tBodies[0].replaceChildren(...world.organizations.flatMap((organization) =>
    organization.payment_methods.map((one) =>
      cells(one.id, `${organization.id} ${organization.name}`, one.attached ? one.card : `${one.card}, not attached`))));
}

function cells(...values) {
  return element("tr", {}, ...values.map((value) => element("td", {}, value instanceof Node ? value : String(value))));
}

async function copyToken(account) {
  await told("token-says", async () => {
    await navigator.clipboard.writeText(await tokenOf(account.id));
    return `A token of ${account.name} is on the clipboard.`;
  });
}

// --- the page ------------------------------------------------------------------------------------------------------

/** Do something, and say in a place of the page how it went. */
async function told(id, work) {
  try {
    say(id, await work());
  } catch (error) {
    say(id, error.message);
  }
}

async function load() {
  world = await (await call("GET", "console/world")).json();
  showWorld();
  $("kind").replaceChildren();
  $("route").replaceChildren();
  offerFaults();
  for (const id of ["faults", "webhooks", "reset"]) $(id).hidden = !world.has_simulator;
  if (world.has_simulator) {
    await listFaults();
    await listDeliveries();
  }
}

takeTokens(load);
$("filter").addEventListener("input", filter);
$("stripe-too").addEventListener("change", filter);
$("list").addEventListener("keydown", step);
$("detail").addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
$("close").addEventListener("click", close);
$("replay").addEventListener("click", replay);
$("forget").addEventListener("click", () => told("state", async () => {
  await call("DELETE", "console/exchanges");
  clearList();
  return "Live";
}));
$("kind").addEventListener("change", explainFault);
$("fault").addEventListener("submit", letFail);
$("forgive").addEventListener("click", () => told("fault-says", async () => {
  await call("DELETE", "simulator/faults");
  await listFaults();
  return "No fault waits any more.";
}));
$("reset").addEventListener("click", () => told("reset-says", async () => {
  await call("POST", "simulator/reset", {});
  await listFaults();
  await listDeliveries();
  return "Everything is as it was at the beginning.";
}));
load().catch((error) => say("state", error.message));
follow({
  after: 0,
  live: "Live",
  closed: "Control is closed.",
  take(exchanges) {
    add(exchanges);
    if (world?.has_simulator) listDeliveriesSoon();
    if ($("waiting").childElementCount) listFaults().catch((error) => say("fault-says", error.message)); // one may have hit
  },
  startOver: clearList,
});
