/** What a browser's own wallet is asked by: offline there is none. */
class PaymentRequest extends Emitter {
  /** @param {any} options */
  constructor(options) {
    super();
    const { country, currency, total } = options || {};
    if (typeof country !== 'string' || typeof currency !== 'string' || !total || !Number.isInteger(total.amount)) {
      throw new IntegrationError('Invalid value for paymentRequest(): country, currency and total (with an integer amount) are required.');
    }
    this._available = false;
  }

  async canMakePayment() {
    return null;
  }

  show() {}

  update() {}

  abort() {}
}

/** The names of methods: what real Stripe.js has of these and this has not says so, instead of being undefined. */
const METHOD = /^(collect|confirm|create|handle|init|process|redirect|retrieve|verify)[A-Z]/;

/**
 * Make what a shop calls `stripe`; `new` or not.
 * @param {string} key
 * @param {Record<string, any>} [options]
 */
function Stripe(key, options = {}) {
  if (typeof key !== 'string' || !key) throw new IntegrationError('Missing value for Stripe(): apiKey should be a string.');
  if (/^(sk|rk)_/.test(key)) {
    throw new IntegrationError('You should not use your secret key with Stripe.js.\n        Please pass a publishable key instead.');
  }
  /** @type {Caller} */
  const caller = { key, account: (options || {}).stripeAccount, version: (options || {}).apiVersion };
  const { pi, seti } = INTENTS;
  /** @type {Record<string, (...said: any[]) => Promise<any>>} */
  const methods = {
    confirmCardPayment: (secret, data, options) => confirmCard(caller, 'confirmCardPayment', pi, secret, data, options),
    confirmCardSetup: (secret, data, options) => confirmCard(caller, 'confirmCardSetup', seti, secret, data, options),
    confirmPayment: (said) => confirmGroup(caller, 'confirmPayment', pi, said),
    confirmSetup: (said) => confirmGroup(caller, 'confirmSetup', seti, said),
    retrievePaymentIntent: async (secret) => retrieveIntent(caller, intentOf('retrievePaymentIntent', secret, pi)),
    retrieveSetupIntent: async (secret) => retrieveIntent(caller, intentOf('retrieveSetupIntent', secret, seti)),
    handleCardAction: (secret) => handleAction(caller, 'handleCardAction', secret, pi),
    handleNextAction: (said) => handleAction(caller, 'handleNextAction', said && said.clientSecret),
    createPaymentMethod: (first, second, third) => createMethod(caller, first, second, third),
    createToken: (of, data) => createToken(caller, of, data),
    createConfirmationToken: (said) => createConfirmation(caller, said),
  };
  const stripe = {
    ...Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, resolving(method)])),
    elements: (/** @type {any} */ said) => new ElementsGroup(caller, said || {}),
    paymentRequest: (/** @type {any} */ said) => new PaymentRequest(said),
    _registerWrapper: () => {},
    registerAppInfo: () => {},
  };
  return new Proxy(stripe, {
    get: (target, name) => {
      if (name in target || typeof name !== 'string' || !METHOD.test(name)) return Reflect.get(target, name);
      return async () => { throw new IntegrationError(`Tollbridge's Stripe.js does not have stripe.${name}().`); };
    },
  });
}

const TRAIN = /^\/([a-z]+)\/stripe\.js$/.exec(OWN_SOURCE ? new URL(OWN_SOURCE).pathname : '');
/** What the loader asked for: it warns where it is given another. @type {number | string} */
Stripe.version = TRAIN ? TRAIN[1] : 3;

/** @type {any} */ (window).Stripe = Stripe;
