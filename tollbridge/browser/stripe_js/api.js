/** @typedef {{key: string, account?: string, version?: string}} Caller */

const OWN_SOURCE = (document.currentScript && /** @type {HTMLScriptElement} */ (document.currentScript).src) || '';
const STRIPES_API = 'https://api.stripe.com';
let api = SERVED.api;
let refusedByPolicy = false;

// Where the script is answered in place of js.stripe.com, a shop's policy may let calls go to Stripe's address only; what
// answers there is then whatever answered for the script. A script that was loaded from our own address never calls it.
if (/^https:\/\/js\.stripe\.com\//.test(OWN_SOURCE)) {
  document.addEventListener('securitypolicyviolation', (event) => {
    if (event.effectiveDirective === 'connect-src' && event.blockedURI.startsWith(new URL(api).origin)) {
      refusedByPolicy = true;
    }
  });
}

/**
 * Stripe's form encoding.
 * @param {Record<string, any>} values
 * @param {string} [prefix]
 * @returns {[string, string][]}
 */
const encoded = (values, prefix = '') => Object.entries(values).flatMap(([name, value]) => {
  const key = prefix ? `${prefix}[${name}]` : name;
  if (value === undefined || value === null) return [];
  if (typeof value === 'object') return encoded(value, key);
  return [/** @type {[string, string]} */ ([key, String(value)])];
});

/**
 * Call the API; throw a failure where it refuses, or cannot be reached.
 * @param {Caller} caller
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {Record<string, any>} values
 * @returns {Promise<any>}
 */
const call = async (caller, method, path, values) => {
  const form = new URLSearchParams(encoded({
    ...values, key: caller.key, _stripe_account: caller.account, _stripe_version: caller.version,
  }));
  const [query, body] = method === 'GET' ? [`?${form}`, undefined] : ['', form];
  const reach = () => fetch(api + path + query, { method, body, credentials: 'omit' });
  let answer;
  let document;
  try {
    answer = await reach().catch(async (error) => {
      await new Promise((resolve) => { setTimeout(resolve, 0); }); // the violation is told after the refusal
      if (!refusedByPolicy || api === STRIPES_API) throw error;
      api = STRIPES_API;
      return reach();
    });
    document = await answer.json();
  } catch (error) {
    throw new Failure(CONNECTION_ERROR);
  }
  if (!answer.ok) throw new Failure(document.error || CONNECTION_ERROR);
  return document;
};
