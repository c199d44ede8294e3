// Exchanges as our pages show them: read from the server's events, put into the page as text.
import { element } from "./control.js";

/** Yield the events of a stream of server-sent events. */
export async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    yield* parts.map(parsed).filter((event) => event.data);
  }
}

function parsed(block) {
  const event = { event: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = line.match(/^(\w+): ?(.*)$/) ?? [];
    if (name) event[name] = value;
  }
  return event;
}

/** Return what the client sent and got. */
export function clientSide(one) {
  const query = one.query ? `?${one.query}` : "";
  const ended = `${one.status}${one.error_code ? ` ${one.error_code}` : ""}, ${one.milliseconds.toFixed(1)} ms`;
  return [
    message(`${one.method} ${one.path}${query}`, one.sent.headers, formText(one.sent.body)),
    message(ended, one.answer.headers, one.answer.body),
  ];
}

/** Return what the server asked of Stripe, and what Stripe answered. */
export function stripeSide(one) {
  const calls = one.calls.flatMap((each) => [
    message(`${each.method} ${each.path}`, each.idempotency_key ? [["idempotency-key", each.idempotency_key]] : [], formText(each.form)),
    message(`${each.status || "no answer"}, ${each.milliseconds.toFixed(1)} ms`, [], each.answer),
  ]);
  const nothing = one.area === "stripe" ? "This call came to Stripe's door itself." : "Stripe was asked for nothing.";
  return calls.length ? calls : [element("p", { className: "note" }, nothing)];
}

function message(title, headers, body) {
  const parts = [element("h4", {}, title)];
  if (headers.length) parts.push(element("pre", { tabIndex: 0 }, headers.map(([name, value]) => `${name}: ${value}`).join("\n")));
  if (body) parts.push(element("pre", { tabIndex: 0 }, pretty(body)));
  return element("div", { className: "message" }, ...parts);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Return a form's members a line each; what is not a form stays as it is. */
function formText(text) {
  if (/^[[{\s]/.test(text)) return text;
  return text.split("&").map((part) => {
    try {
      return decodeURIComponent(part.replaceAll("+", " "));
    } catch {
      return part;
    }
  }).join("\n");
}
