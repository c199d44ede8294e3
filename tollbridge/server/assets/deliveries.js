// The newest deliveries of webhooks: what was sent where, what came of it, and a button that sends it again.
import { $, call, element, say } from "./control.js";

const SHOWN = 20;
const SOON = 800; // milliseconds: an exchange has been shown, and what it caused is delivered by then, mostly
let due = null;

/** List the deliveries, now. */
export async function listDeliveries() {
  const { data } = await (await call("GET", `simulator/deliveries?limit=${SHOWN}`)).json();
  $("no-deliveries").hidden = data.length > 0;
  $("deliveries").hidden = !data.length;
  $("deliveries").tBodies[0].replaceChildren(...data.map(row));
}

/** List them in a moment, once however often this is said. */
export function listDeliveriesSoon() {
  due ??= setTimeout(() => {
    due = null;
    listDeliveries().catch((error) => say("delivery-says", error.message));
  }, SOON);
}

function row(one) {
  const last = one.attempts.at(-1);
  const result = last ? String(last.status ?? last.error) : "";
  const button = element("button", { type: "button", ariaLabel: `Deliver ${one.type} again` }, "again");
  button.addEventListener("click", () => again(one));
  const what = element("span", { title: one.event }, one.type, element("small", {}, one.url ?? ""));
  const came = element("span", { title: last?.answer ?? "" }, one.status, element("small", {}, result));
  return element("tr", {}, ...[what, came, button].map((value) => element("td", {}, value)));
}

async function again(one) {
  try {
    await call("POST", `simulator/deliveries/${encodeURIComponent(one.id)}/redeliver`);
    say("delivery-says", `${one.type} is delivered again.`);
  } catch (error) {
    say("delivery-says", error.message);
  }
  listDeliveriesSoon();
}
