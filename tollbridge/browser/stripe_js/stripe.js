/** What a browser's own wallet is asked by: offline there is none. */
class WalletRequest extends Emitter {
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
  const embedded = (/** @type {any} */ said) => embeddedCheckout(caller, said);
  const stripe = {
    elements: (/** @type {any} */ said) => new ElementsGroup(caller, said || {}),
    paymentRequest: (/** @type {any} */ said) => new WalletRequest(said),
    _registerWrapper: () => {},
    registerAppInfo: () => {},
    confirmCardPayment: resolving((/** @type {any[]} */ ...[secret, data, options]) => confirmCard(caller, 'confirmCardPayment', pi, secret, data, options)),
    confirmCardSetup: resolving((/** @type {any[]} */ ...[secret, data, options]) => confirmCard(caller, 'confirmCardSetup', seti, secret, data, options)),
    confirmPayment: resolving((/** @type {any} */ said) => confirmGroup(caller, 'confirmPayment', pi, said)),
    confirmSetup: resolving((/** @type {any} */ said) => confirmGroup(caller, 'confirmSetup', seti, said)),
    retrievePaymentIntent: resolving(async (/** @type {any} */ secret) => retrieveIntent(caller, intentOf('retrievePaymentIntent', secret, pi))),
    retrieveSetupIntent: resolving(async (/** @type {any} */ secret) => retrieveIntent(caller, intentOf('retrieveSetupIntent', secret, seti))),
    handleCardAction: resolving((/** @type {any} */ secret) => handleAction(caller, 'handleCardAction', secret, pi)),
    handleNextAction: resolving((/** @type {any} */ said) => handleAction(caller, 'handleNextAction', said && said.clientSecret)),
    createPaymentMethod: resolving((/** @type {any[]} */ ...[first, second, third]) => createMethod(caller, first, second, third)),
    createToken: resolving((/** @type {any[]} */ ...[of, data]) => createToken(caller, of, data)),
    initEmbeddedCheckout: embedded,
    createEmbeddedCheckoutPage: embedded,
    createConfirmationToken: resolving((/** @type {any} */ said) => createConfirmation(caller, said)),
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
