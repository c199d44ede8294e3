// Which call of the contract pays, and where in it the parts of a payment stand: `x-stripe` of the operation says so.
import { basePath } from "./base_path.js";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]; // a path has other members too

/**
 * Return the first operation that creates a payment intent of an amount; null where the contract has none.
 *
 * members: the body's member for each part of a payment (amount, currency, payment_method, confirm, description).
 * parameters: of the path, each with a value that may be changed.
 */
export function paymentCall(contract) {
  const base = basePath(contract);
  for (const [path, item] of Object.entries(contract.paths ?? {})) {
    for (const method of Object.keys(item).filter((name) => METHODS.includes(name))) {
      const operation = item[method];
      const parts = operation["x-stripe"];
      if (parts?.creates !== "payment_intent") continue;
      const members = Object.fromEntries(Object.keys(parts).flatMap((part) => {
        const place = pointer(parts[part], "request");
        return place.length === 1 ? [[part, place[0]]] : [];
      }));
      const secret = pointer(parts.secret, "response");
      if (!members.amount || !members.currency || !secret.length) continue;
      const listed = [...item.parameters ?? [], ...operation.parameters ?? []].map((one) => resolved(contract, one));
      const parameters = listed.filter((one) => one.in === "path").map((one) => ({ name: one.name, value: String(sample(one)) }));
      return { method: method.toUpperCase(), base, path, members, secret, parameters };
    }
  }
  return null;
}

/** Return the names on the way to where a part stands in a request or a response; none where it stands elsewhere. */
function pointer(place, side) {
  const text = place?.[side] ?? place;
  if (typeof text !== "string" || !text.startsWith("#/")) return [];
  return text.slice(2).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function resolved(contract, one) {
  return one.$ref ? pointer(one.$ref).reduce((found, name) => found?.[name], contract) ?? {} : one;
}

function sample({ example, schema = {} }) {
  return example ?? schema.example ?? schema.default ?? schema.enum?.[0] ?? schema.minimum ?? 1;
}

/** Return the path with its parameters' values. */
export function filledPath({ base, path, parameters }) {
  return base + parameters.reduce((text, { name, value }) => text.replaceAll(`{${name}}`, encodeURIComponent(value)), path);
}

/** Return the client secret of an answer. */
export function secretIn(document, { secret }) {
  return secret.reduce((found, name) => found?.[name], document);
}
