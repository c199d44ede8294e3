/** What the customer entered, as the API takes it. */

/** @param {Fields} fields */
const cardOf = (fields) => {
  const [number, expiry, cvc] = ['cardNumber', 'cardExpiry', 'cardCvc'].map((stable) => valueOf(fields, stable));
  const { month, year } = expiryOf(expiry || '');
  return { ...(number && { number: digitsOf(number) }), ...(expiry && { exp_month: month, exp_year: year }), ...(cvc && { cvc }) };
};

/** Lay what a shop says over what an element knows: names that the shop leaves out stay. @param {any} known @param {any} said */
const merged = (known, said) => {
  if (!said || typeof said !== 'object') return said === undefined ? known : said;
  const result = { ...(known && typeof known === 'object' ? known : {}) };
  for (const [name, value] of Object.entries(said)) result[name] = merged(result[name], value);
  return result;
};

/** @param {unknown} element */
const isCard = (element) => element instanceof CardElement && ['card', 'cardNumber'].includes(element._type);

/**
 * The card of a Card Element, or of the split elements of one group; a failure where it is not complete.
 * @param {any} element
 * @returns {{card: Record<string, any>, billing: Record<string, any>}}
 */
const cardFrom = (element) => {
  if (!isCard(element)) throw wrong('the card', 'it should be a card or cardNumber Element of this instance of Stripe', typeof element);
  const types = element._type === 'card' ? ['card'] : ['cardNumber', 'cardExpiry', 'cardCvc'];
  const parts = types.map((type) => element._group.getElement(type));
  if (!parts.every(Boolean)) throw new IntegrationError(NOT_MOUNTED);
  mustHold(parts.map((part) => part._finish()).find(Boolean));
  const postal = element._fields.named('postalCode');
  return {
    card: parts.map((part) => cardOf(part._fields)).reduce(merged),
    billing: postal && postal.value ? { address: { postal_code: postal.value } } : {},
  };
};

/**
 * `payment_method_data` of what `confirmCardPayment`, `createPaymentMethod` and their kin are given.
 * @param {any} said `{card, billing_details, metadata}`
 */
const dataFromCard = ({ card: from, billing_details: said, ...more }) => {
  if (from && from.token) return { ...more, type: 'card', card: { token: from.token }, billing_details: said };
  const { card, billing } = cardFrom(from);
  return { ...more, type: 'card', card, billing_details: merged(billing, said) };
};

/**
 * `payment_method_data` and `shipping` of a group with a Payment Element, once it is found to be complete.
 * @param {ElementsGroup} group
 * @param {any} said `payment_method_data` of the shop
 * @returns {{payment_method_data: Record<string, any>, shipping?: Record<string, any>}}
 */
const dataFromGroup = (group, said) => {
  const payment = /** @type {PaymentElement} */ (group.getElement('payment'));
  const fields = payment._mustHaveFields();
  const preset = (payment._options.defaultValues || {}).billingDetails || {};
  const link = /** @type {LinkAuthenticationElement | null} */ (group.getElement('linkAuthentication'));
  const address = /** @type {AddressElement | null} */ (group.getElement('address'));
  const asked = (/** @type {string} */ stable) => (fields.shown.some((field) => field.spec.stable === stable) ? valueOf(fields, stable) : undefined);
  let billing = merged(preset, { address: { country: asked('country'), postal_code: asked('postalCode') } });
  if (link && link._fields) billing = merged(billing, { email: valueOf(link._fields, 'email') });
  const entered = address && address._fields ? address._value() : undefined;
  const ships = address && address._options.mode === 'shipping';
  if (entered && !ships) billing = merged(billing, entered);
  return {
    payment_method_data: merged({ type: 'card', card: cardOf(fields), billing_details: billing }, said),
    ...(entered && ships ? { shipping: entered } : {}),
  };
};
