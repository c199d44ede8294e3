// What our pages share: calls below /_tollbridge, the form for their control token, and elements made of text.
const TOKEN = "tollbridge-control-token";
let goOn = () => {};

export const $ = (id) => document.getElementById(id);

/** Put a text into a place of the page. */
export function say(id, text) {
  $(id).textContent = text;
}

/** Let the page's form take the control token, which this tab remembers; load the page again with each one. */
export function takeTokens(load) {
  $("token").value = rememberedToken() ?? "";
  $("control").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, $("token").value);
    $("control").hidden = true;
    goOn();
    load().catch(() => {});
  });
}

/** Wait until a control token is entered. */
export function tokenEntered() {
  return new Promise((resolve) => { goOn = resolve; });
}

function rememberedToken() {
  return sessionStorage.getItem(TOKEN);
}

/** Show the form that asks for the control token, with the server's sentence. */
function askForToken(sentence) {
  say("refusal", sentence);
  $("control").hidden = false;
}

/** Call the server below /_tollbridge; an error has its sentence and its status. */
export async function call(method, path, document) {
  const headers = rememberedToken() ? { [TOKEN]: rememberedToken() } : {};
  if (document !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(`/_tollbridge/${path}`, { method, headers, body: document && JSON.stringify(document) });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const error = Object.assign(new Error(problem.detail ?? `The server answered ${answer.status}.`), { status: answer.status });
  if (answer.status === 403) askForToken(error.message);
  throw error;
}

/** Return a new token of an account. */
export async function tokenOf(account) {
  return (await (await call("POST", "tokens", { account })).json()).access_token;
}

/** Make an element; what stands in it is text or other elements, never markup. */
export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
