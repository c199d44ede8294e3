/**
 * @typedef {object} IntentKind of intent
 * @property {'payment_intent' | 'setup_intent'} object
 * @property {'paymentIntent' | 'setupIntent'} member of what methods resolve to
 * @property {string} path
 * @property {string} called
 */

/** @type {Record<'pi' | 'seti', IntentKind>} */
const INTENTS = {
  pi: { object: 'payment_intent', member: 'paymentIntent', path: '/v1/payment_intents', called: 'PaymentIntent' },
  seti: { object: 'setup_intent', member: 'setupIntent', path: '/v1/setup_intents', called: 'SetupIntent' },
};

/**
 * The kind and id of an intent, from its client secret.
 * @param {string} method for the message
 * @param {any} secret
 * @param {IntentKind} [wanted]
 * @returns {{kind: IntentKind, id: string, secret: string}}
 */
const intentOf = (method, secret, wanted) => {
  const kind = typeof secret === 'string' && SECRET.test(secret) && INTENTS[/** @type {'pi' | 'seti'} */ (secret.split('_')[0])];
  const of = `stripe.${method} intent secret`;
  if (!kind) throw wrong(of, 'value should be a client secret of the form ${id}_secret_${secret}', secret);
  if (wanted && kind !== wanted) throw wrong(of, `value should be a ${wanted.called} client secret`, `a ${kind.called} client secret`);
  return { kind, id: secret.split('_secret_')[0], secret };
};

/**
 * What a method resolves to, of an intent as the API shows it.
 * @param {IntentKind} kind
 * @param {any} intent
 */
const result = (kind, intent) => {
  const failure = intent.last_payment_error || intent.last_setup_error;
  if (intent.status === 'requires_payment_method') mustHold(failure && { ...failure, [kind.object]: intent });
  return { [kind.member]: intent };
};

/**
 * Do what an intent asks for: show the challenge, or go to a page.
 * @param {Caller} caller
 * @param {IntentKind} kind
 * @param {any} intent
 * @returns {Promise<any>}
 */
const afterAction = async (caller, kind, intent) => {
  const action = intent.next_action || {};
  if (intent.status !== 'requires_action') return result(kind, intent);
  if (action.type === 'redirect_to_url') return leave(action.redirect_to_url.url);
  const outcome = await askCardholder();
  const after = await call(caller, 'POST', `/v1/3ds2/challenges/${intent.id}`, { client_secret: intent.client_secret, outcome });
  if (outcome === 'succeed') return result(kind, after);
  throw new Failure({
    code: `${kind.object}_authentication_failure`,
    message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    [kind.object]: after, type: 'invalid_request_error',
  });
};

/** Go to another page: nothing that waits for this comes back. @param {string} address @returns {Promise<any>} */
const leave = (address) => {
  location.assign(address);
  return new Promise(() => {});
};

/**
 * Confirm an intent.
 * @param {Caller} caller
 * @param {{kind: IntentKind, id: string, secret: string}} which
 * @param {Record<string, any>} values
 * @param {boolean} [handles] whether to do what it asks for
 */
const confirmIntent = async (caller, { kind, id, secret }, values, handles = true) => {
  const intent = await call(caller, 'POST', `${kind.path}/${id}/confirm`, {
    ...values, expected_payment_method_type: values.payment_method_data && 'card', use_stripe_sdk: true, client_secret: secret,
  });
  return handles ? afterAction(caller, kind, intent) : { [kind.member]: intent };
};

/** @param {Caller} caller @param {{kind: IntentKind, id: string, secret: string}} which */
const retrieveIntent = async (caller, { kind, id, secret }) => ({
  [kind.member]: await call(caller, 'GET', `${kind.path}/${id}`, { client_secret: secret, is_stripe_sdk: false }),
});

/**
 * `confirmCardPayment` and `confirmCardSetup`.
 * @param {Caller} caller
 * @param {string} method
 * @param {IntentKind} kind
 * @param {any} secret
 * @param {any} [data]
 * @param {{handleActions?: boolean}} [options]
 */
const confirmCard = async (caller, method, kind, secret, data, options = {}) => {
  const which = intentOf(method, secret, kind);
  const { payment_method: chosen, ...more } = data || {};
  if (!['string', 'object', 'undefined'].includes(typeof chosen)) throw wrong(`stripe.${method}()`, 'payment_method should be an id or an object', chosen);
  const said = chosen && typeof chosen === 'object' ? { payment_method_data: dataFromCard(chosen) } : { payment_method: chosen };
  return confirmIntent(caller, which, { ...more, ...said }, options.handleActions !== false);
};

/**
 * `handleCardAction` and `handleNextAction`.
 * @param {Caller} caller
 * @param {string} method
 * @param {any} secret
 * @param {IntentKind} [wanted]
 */
const handleAction = async (caller, method, secret, wanted) => {
  const which = intentOf(method, secret, wanted);
  const intent = (await retrieveIntent(caller, which))[which.kind.member];
  if (intent.status !== 'requires_action') {
    throw new IntegrationError(`${method}: The ${which.kind.called} supplied is not in the requires_action state.`);
  }
  return afterAction(caller, which.kind, intent);
};

/**
 * Check what `confirmPayment` and its kin are given, and that the fields are complete.
 * @param {string} method
 * @param {any} group
 */
const checkGroup = async (method, group) => {
  const called = `stripe.${method}()`;
  if (!(group instanceof ElementsGroup)) throw wrong(called, 'elements should be an Elements group of stripe.elements()', typeof group);
  const payment = group.getElement('payment');
  const wallet = group.getElement('expressCheckout');
  if (!payment || !payment._container) {
    throw wallet && wallet._container
      ? new IntegrationError(`Element confirming payment is "expressCheckout", but ${called} was called outside of its confirm event.`)
      : wrong(called, 'elements should have a mounted Payment Element or Express Checkout Element');
  }
  payment._mustHaveFields();
  if (group._options.mode && !group._submitted) {
    throw new IntegrationError(
      `elements.submit() must be called before ${called}. Call elements.submit() as soon as your customer presses pay, prior to any asynchronous work.`,
    );
  }
  mustHold((await group.submit()).error);
};

/**
 * `confirmPayment` and `confirmSetup`.
 * @param {Caller} caller
 * @param {'confirmPayment' | 'confirmSetup'} method
 * @param {IntentKind} kind
 * @param {any} options
 */
const confirmGroup = async (caller, method, kind, options = {}) => {
  const { elements, confirmParams = {}, redirect = 'always' } = options;
  const secret = options.clientSecret || (elements && elements.secret);
  if (elements || !secret) await checkGroup(method, elements);
  if (!secret) throw new IntegrationError(`You must pass in a clientSecret when calling stripe.${method}().`);
  const which = intentOf(method, secret, kind);
  const staying = redirect === 'if_required';
  if (!staying && !confirmParams.return_url) throw wrong(`stripe.${method}()`, "confirmParams.return_url is required unless redirect is 'if_required'");
  const { payment_method_data: said, expand: _expand, ...params } = confirmParams;
  const entered = elements ? dataFromGroup(elements, said) : { payment_method_data: said };
  const done = await confirmIntent(caller, which, { ...entered, ...params });
  if (staying) return done;
  const address = new URL(confirmParams.return_url, location.href);
  address.searchParams.append(kind.object, which.id);
  address.searchParams.append(`${kind.object}_client_secret`, which.secret);
  address.searchParams.append('redirect_status', 'succeeded');
  return leave(address.href);
};

/**
 * `createPaymentMethod`, in its three forms, and as it was before 2020: type, element, data.
 * @param {Caller} caller
 * @param {any} first
 * @param {any} [second]
 * @param {any} [third]
 */
const createMethod = async (caller, first, second, third) => {
  const called = 'stripe.createPaymentMethod()';
  let data;
  if (typeof first === 'string') data = dataFromCard(isCard(second) ? { ...third, card: second } : second || {});
  else if (first && first.elements) {
    if (first.elements._options && first.elements._options.paymentMethodCreation !== 'manual') {
      throw wrong(called, "elements should be a group with paymentMethodCreation: 'manual'");
    }
    await checkGroup('createPaymentMethod', first.elements);
    data = dataFromGroup(first.elements, first.params).payment_method_data;
  } else if (first && first.element) data = dataFromCard({ ...first.params, card: first.element });
  else if (first && first.type === 'card') data = dataFromCard(first);
  else throw wrong(called, 'type should be card, the one that Tollbridge has', first && first.type);
  return { paymentMethod: await call(caller, 'POST', '/v1/payment_methods', data) };
};

/**
 * `createToken`: of a card, or of what the API is asked for by name.
 * @param {Caller} caller
 * @param {any} of
 * @param {any} [data]
 */
const createToken = async (caller, of, data = {}) => {
  let values;
  if (typeof of === 'string') values = { [of]: data };
  else if (of instanceof CardElement && of._type === 'cardCvc') {
    mustHold(of._finish());
    values = { cvc_update: cardOf(of._mustHaveFields()) };
  } else {
    const { card, billing } = cardFrom(of);
    values = { card: { ...card, address_zip: billing.address && billing.address.postal_code, ...data } };
  }
  return { token: await call(caller, 'POST', '/v1/tokens', values) };
};

/**
 * `createConfirmationToken`.
 * @param {Caller} caller
 * @param {any} options
 */
const createConfirmation = async (caller, { elements, params = {} } = {}) => {
  await checkGroup('createConfirmationToken', elements);
  const { payment_method_data: said, ...more } = params;
  const values = { ...dataFromGroup(elements, said), ...more, setup_future_usage: elements._options.setupFutureUsage, use_stripe_sdk: true };
  return { confirmationToken: await call(caller, 'POST', '/v1/confirmation_tokens', values) };
};
