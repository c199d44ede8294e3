/**
 * Draw a field below its label, with room for what is wrong.
 * @param {Document} inside
 * @param {Field} field
 */
const drawField = (inside, field) => {
  const { spec, input } = field;
  const label = make(inside, 'label', { for: spec.id, class: 'p-FieldLabel Label' }, [
    spec.label, ...(spec.hint ? [make(inside, 'span', { class: 'u-visually-hidden' }, [` ${spec.hint}`])] : []),
  ]);
  const error = make(inside, 'p', { id: `Field-${spec.name}Error`, class: 'p-FieldError Error', role: 'alert', hidden: '' });
  return make(inside, 'div', { class: `p-Field${spec.half ? ' p-Field--half' : ''}` }, [label, input, error]);
};

/** Fields with labels above and messages below: what the Payment, Link Authentication and Address Elements have in common. */
class LabelledElement extends BaseElement {
  /** @param {Document} inside @param {Fields} fields */
  _draw(inside, fields) {
    const form = make(inside, 'form', { class: 'ElementsApp p-Form', novalidate: '' }, fields.all.map((field) => drawField(inside, field)));
    form.addEventListener('submit', (event) => event.preventDefault());
    inside.body.replaceChildren(form);
  }

  get _country() {
    return valueOf(this._fields, 'country') || 'US';
  }

  /** @param {Document} inside */
  _style(inside) {
    styleAppearance(inside.adoptedStyleSheets[0] || sheetOf(inside), this._group._options.appearance || {});
  }

  /** @param {boolean} [quietly] */
  _changed(quietly) {
    for (const field of this._fields ? this._fields.all : []) {
      const line = /** @type {HTMLElement | null} */ (field.input.nextElementSibling);
      if (!line) continue;
      line.hidden = !field.error;
      line.textContent = field.error ? MESSAGES[field.error] : '';
      if (field.error) field.input.setAttribute('aria-describedby', line.id);
      else field.input.removeAttribute('aria-describedby');
    }
    super._changed(quietly);
  }

  /** Where the address asks for nothing, or the shop says 'never', a field is not shown. @param {string} stable @param {boolean} is */
  _showField(stable, is) {
    const field = this._fields && this._fields.named(stable);
    const around = field && field.input.parentElement;
    if (around) around.hidden = !is;
  }
}

/** @returns {FieldSpec} */
const countrySpec = (/** @type {string} */ id, /** @type {string} */ label) => ({
  name: 'country', id, stable: 'country', label, labelled: true, placeholder: '', autocomplete: 'billing country',
  options: countryOptions(), format: (text) => text, error: () => null, complete: () => true, incomplete: '',
});

class PaymentElement extends LabelledElement {
  get _frameKind() {
    return { page: 'elements-inner-payment', title: 'Secure payment input frame' };
  }

  get _moves() {
    return true;
  }

  /** What the shop says of a part of the billing details: `auto`, or `never` where it sends that itself. @param {string} part */
  _asks(part) {
    const said = (this._options.fields || {}).billingDetails;
    if (said === 'never' || !said || typeof said !== 'object') return said !== 'never';
    const { address } = said;
    return address !== 'never' && !(address && address[part] === 'never');
  }

  get _asksPostal() {
    return this._asks('postalCode') && Object.hasOwn(POSTAL, this._country);
  }

  _specs() {
    const specs = cardSpecs(true, {
      brand: () => brandOf(valueOf(this._fields, 'cardNumber') || '').name, country: () => this._country, postal: () => this._asksPostal,
    });
    return [specs.number, specs.expiry, specs.cvc, countrySpec('payment-countryInput', 'Country'), specs.postal];
  }

  /** @param {Document} inside @param {Fields} fields */
  _draw(inside, fields) {
    super._draw(inside, fields);
    const form = /** @type {HTMLFormElement} */ (inside.body.firstElementChild);
    if (this._group._types.length > 1) form.prepend(this._tabs(inside));
    const said = (this._options.defaultValues || {}).billingDetails || {};
    const address = said.address || {};
    const country = /** @type {Field} */ (fields.named('country'));
    country.set(COUNTRIES.includes(address.country) ? address.country : 'US');
    this._follow();
    if (address.postal_code) /** @type {Field} */ (fields.named('postalCode')).set(String(address.postal_code));
  }

  /** The card, as the one payment method that there is. @param {Document} inside */
  _tabs(inside) {
    const { layout } = this._options;
    const accordion = (layout && layout.type) === 'accordion' || layout === 'accordion';
    /** @type {Record<string, string>} */
    const attributes = accordion
      ? { 'data-value': 'card', role: 'button', 'aria-expanded': 'true', class: 'p-AccordionButton Tab Tab--selected' }
      : { role: 'tab', id: 'card-tab', value: 'card', 'aria-selected': 'true', class: 'p-Tab Tab Tab--selected' };
    const button = make(inside, 'button', { type: 'button', 'data-testid': 'card', ...attributes }, ['Card']);
    return make(inside, 'div', { class: 'p-Tabs', ...(accordion ? {} : { role: 'tablist', 'aria-label': 'Payment Methods' }) }, [button]);
  }

  /** Ask for what the chosen country has. */
  _follow() {
    const postal = this._fields && this._fields.named('postalCode');
    this._showField('country', this._asks('country'));
    this._showField('postalCode', this._asksPostal);
    const asked = POSTAL[this._country];
    if (!postal || !asked) return;
    const label = /** @type {HTMLElement} */ (postal.input.previousElementSibling);
    if (label.textContent !== asked.label) label.textContent = asked.label;
    postal.input.setAttribute('placeholder', asked.placeholder);
  }

  /** @param {Record<string, any>} options */
  _apply(options) {
    super._apply(options);
    this._follow();
  }

  /** @param {boolean} [quietly] */
  _changed(quietly) {
    this._follow();
    super._changed(quietly);
  }

  async _load() {
    const { secret } = this._group;
    if (!secret) return undefined;
    return resolving(() => this._group._call('GET', '/v1/elements/sessions', {
      type: secret.startsWith('seti_') ? 'setup_intent' : 'payment_intent', client_secret: secret, locale: this._group._options.locale || 'en',
    }))().then((answer) => answer.error && answer.error.type && answer.error);
  }

  collapse() {
    return this;
  }

  _payload() {
    const { empty, complete } = /** @type {Fields} */ (this._fields);
    return { empty, complete, collapsed: false, value: { type: 'card' } };
  }
}
