/** @type {(spec: Partial<FieldSpec> & {name: string, stable: string, label: string}) => FieldSpec} */
const plainSpec = (spec) => ({
  id: `address-${spec.stable}Input`, labelled: true, placeholder: '', autocomplete: 'off', format: (text) => text, error: () => null,
  complete: (text) => text.trim() !== '', incomplete: 'incomplete_address', ...spec,
});
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

class LinkAuthenticationElement extends LabelledElement {
  get _frameKind() {
    return { page: 'elements-inner-link-authentication', title: 'Secure email input frame' };
  }

  _specs() {
    return [plainSpec({
      name: 'email', id: 'linkAuthentication-emailInput', stable: 'email', label: 'Email', placeholder: 'you@example.com', type: 'email',
      autocomplete: 'email', inputmode: 'email', complete: (text) => EMAIL.test(text), incomplete: 'incomplete_email',
    })];
  }

  /** @param {Document} inside @param {Fields} fields */
  _draw(inside, fields) {
    super._draw(inside, fields);
    const { email } = this._options.defaultValues || {};
    if (email) fields.all[0].set(String(email));
  }

  _payload() {
    const { empty, complete, all } = /** @type {Fields} */ (this._fields);
    return { empty, complete, value: { email: all[0].value } };
  }
}

/** The parts of an address, and the fields they are entered in. */
const PARTS = [
  ['line1', 'addressLine1'], ['line2', 'addressLine2'], ['city', 'locality'], ['state', 'administrativeArea'], ['postal_code', 'postalCode'],
  ['country', 'country'],
];

class AddressElement extends LabelledElement {
  get _frameKind() {
    return { page: 'elements-inner-address', title: 'Secure address input frame' };
  }

  _specs() {
    const elsewhere = () => this._country !== 'US';
    const text = (/** @type {string} */ stable, /** @type {string} */ label, /** @type {string} */ autocomplete, /** @type {Partial<FieldSpec>} */ more = {}) => (
      plainSpec({ name: stable, stable, label, autocomplete, ...more })
    );
    return [
      text('name', 'Full name', 'name', { placeholder: 'First and last name', incomplete: 'incomplete_name' }),
      { ...countrySpec('address-countryInput', 'Country or region'), autocomplete: 'country' },
      text('addressLine1', 'Address line 1', 'address-line1', { placeholder: 'Street address' }),
      text('addressLine2', 'Address line 2', 'address-line2', { placeholder: 'Apt., suite, unit number, etc. (optional)', complete: () => true }),
      text('locality', 'City', 'address-level2', { half: true }),
      text('administrativeArea', 'State', 'address-level1', { half: true, complete: (value) => value.trim() !== '' || elsewhere() }),
      text('postalCode', 'ZIP code', 'postal-code', { half: true, incomplete: 'incomplete_zip', complete: (value) => postalIsComplete(value, this._country) || !Object.hasOwn(POSTAL, this._country) }),
      ...((this._options.fields || {}).phone === 'always' ? [text('phone', 'Phone number', 'tel', { type: 'tel', inputmode: 'tel', incomplete: 'incomplete_phone_number', complete: (value) => digitsOf(value).length >= 5 })] : []),
    ];
  }

  /** @param {Document} inside @param {Fields} fields */
  _draw(inside, fields) {
    super._draw(inside, fields);
    const said = this._options.defaultValues || {};
    const address = said.address || {};
    const allowed = this._options.allowedCountries;
    const country = /** @type {Field} */ (fields.named('country'));
    if (Array.isArray(allowed)) {
      for (const option of Array.from(country.input.children)) {
        if (!allowed.includes(/** @type {HTMLOptionElement} */ (option).value)) option.remove();
      }
    }
    const has = (/** @type {string} */ code) => country.input.querySelector(`[value='${code}']`);
    const preset = COUNTRIES.includes(address.country) && has(address.country) ? address.country : has('US') && 'US';
    const values = { name: said.name, phone: said.phone, ...Object.fromEntries(PARTS.map(([part, stable]) => [stable, address[part]])), country: preset };
    for (const [stable, value] of Object.entries(values)) {
      const field = fields.named(stable);
      if (field && value) field.set(String(value));
    }
  }

  _value() {
    const text = (/** @type {string} */ stable) => valueOf(this._fields, stable) || '';
    const phone = text('phone');
    const address = Object.fromEntries(PARTS.map(([part, stable]) => [part, text(stable)]));
    return { name: text('name'), address: { ...address, line2: address.line2 || null }, ...(phone && { phone }) };
  }

  async getValue() {
    this._mustHaveFields();
    return this._payload();
  }

  _payload() {
    const { empty, complete } = /** @type {Fields} */ (this._fields);
    return { empty, complete, isNewAddress: true, value: this._value() };
  }
}

/** Buttons of wallets: offline there are none, which is what it tells. */
class WalletElement extends BaseElement {
  get _frameKind() {
    const [page, what] = this._type === 'expressCheckout' ? ['express-checkout', 'express checkout'] : ['payment-request', 'payment button'];
    return { page: `elements-inner-${page}`, title: `Secure ${what} frame` };
  }

  /** @param {Document} inside */
  _draw(inside) {
    inside.body.replaceChildren();
    inside.body.style.margin = '0';
  }

  _readyPayload() {
    return this._type === 'expressCheckout' ? { availablePaymentMethods: undefined } : {};
  }

  /** @param {string | HTMLElement} target */
  mount(target) {
    const request = this._options.paymentRequest;
    if (this._type === 'paymentRequestButton' && !(request && request._available)) {
      throw new IntegrationError(
        'For the paymentRequestButton Element, you must first check availability using paymentRequest.canMakePayment() before '
        + 'mounting the Element.',
      );
    }
    return super.mount(target);
  }
}

/** @type {Record<string, new (group: ElementsGroup, type: string, options: Record<string, any>) => BaseElement>} */
const KINDS = {
  card: CardElement, cardNumber: CardElement, cardExpiry: CardElement, cardCvc: CardElement, payment: PaymentElement,
  linkAuthentication: LinkAuthenticationElement, address: AddressElement, expressCheckout: WalletElement, paymentRequestButton: WalletElement,
};
