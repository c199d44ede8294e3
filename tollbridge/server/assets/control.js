// What our pages share: calls below /_tollbridge with the control token, and elements made of text.
const TOKEN = "tollbridge-control-token";
let refused = () => {};

/** Call a function with the server's sentence whenever it asks for the control token. */
export function onRefusal(how) {
  refused = how;
}

/** Remember the control token for this tab. */
export function enterToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function rememberedToken() {
  return sessionStorage.getItem(TOKEN);
}

/** Call the server below /_tollbridge; an error has its sentence and its status. */
export async function call(method, path, document) {
  const headers = rememberedToken() ? { [TOKEN]: rememberedToken() } : {};
  if (document !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(`/_tollbridge/${path}`, { method, headers, body: document && JSON.stringify(document) });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const error = Object.assign(new Error(problem.detail ?? `The server answered ${answer.status}.`), { status: answer.status });
  if (answer.status === 403) refused(error.message);
  throw error;
}

/** Make an element; what stands in it is text or other elements, never markup. */
export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
