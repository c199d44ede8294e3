const CARD_TITLES = { card: 'card payment', cardNumber: 'card number', cardExpiry: 'expiration date', cardCvc: 'CVC' };

/** Card, and the three elements that it can be split into. */
class CardElement extends BaseElement {
  get _frameKind() {
    const what = CARD_TITLES[/** @type {keyof typeof CARD_TITLES} */ (this._type)];
    return { page: 'elements-inner-card', title: `Secure ${what} input frame` };
  }

  get _moves() {
    return this._type === 'card';
  }

  /** The number, where it is: in this element, or in another of the group. @returns {string} */
  get _number() {
    const holder = this._type === 'card' ? this : /** @type {CardElement | null} */ (this._group.getElement('cardNumber'));
    return valueOf(holder && holder._fields, 'cardNumber') || '';
  }

  get _country() {
    return isAmerican(this._number) ? 'US' : '';
  }

  _specs() {
    const specs = cardSpecs(false, {
      brand: () => brandOf(this._number).name, country: () => this._country, postal: () => true,
    });
    if (this._type === 'card') return [specs.number, specs.expiry, specs.cvc, ...(this._options.hidePostalCode ? [] : [specs.postal])];
    const { number, expiry: cardExpiry, cvc: cardCvc } = specs;
    const alone = { cardNumber: { ...number, placeholder: '1234 1234 1234 1234' }, cardExpiry, cardCvc };
    const spec = alone[/** @type {keyof typeof alone} */ (this._type)];
    return [{ ...spec, placeholder: this._options.placeholder ?? spec.placeholder }];
  }

  /** @param {Document} inside @param {Fields} fields */
  _draw(inside, fields) {
    this._icon = make(inside, 'div', { class: 'CardBrandIcon', 'aria-hidden': 'true' });
    const icon = this._type === 'card' ? !this._options.hideIcon : this._type === 'cardNumber' && this._options.showIcon;
    const parts = fields.all.map((field) => make(inside, 'span', {
      class: `InputContainer InputContainer--${fields.all.length === 1 ? 'alone' : field.spec.part || field.spec.name}`,
    }, [field.input]));
    inside.body.replaceChildren(make(inside, 'form', { class: 'ElementsApp is-empty', novalidate: '' }, [
      ...(icon ? [this._icon] : []), ...parts,
    ]));
    for (const field of fields.all) field.input.removeAttribute('id');
    const value = this._options.value;
    const postal = fields.named('postalCode');
    if (postal && value && value.postalCode) postal.set(String(value.postalCode));
  }

  /** @param {Document} inside */
  _style(inside) {
    const colour = getComputedStyle(/** @type {HTMLElement} */ (this._container)).color;
    styleFields(inside.adoptedStyleSheets[0] || sheetOf(inside), this._options.style || {}, colour);
  }

  /** @param {Record<string, any>} options */
  _apply(options) {
    super._apply(options);
    const fields = /** @type {Fields} */ (this._fields);
    const postal = fields.named('postalCode');
    if (postal && 'hidePostalCode' in options) /** @type {HTMLElement} */ (postal.input.parentElement).hidden = Boolean(options.hidePostalCode);
    if (typeof options.placeholder === 'string' && fields.all.length === 1) fields.all[0].input.setAttribute('placeholder', options.placeholder);
  }

  /** @param {boolean} [quietly] */
  _changed(quietly) {
    const fields = this._fields;
    if (!fields) return;
    const form = fields.all[0].input.closest('form');
    if (form) form.classList.toggle('is-empty', fields.empty);
    const brand = brandOf(this._number).name;
    if (this._icon) this._icon.textContent = brand === 'unknown' ? '' : brand.toUpperCase();
    const postal = fields.named('postalCode');
    if (postal) postal.input.setAttribute('placeholder', this._country === 'US' ? 'ZIP' : 'Postal code');
    super._changed(quietly);
    if (brand !== this._brand && this._type !== 'cardExpiry' && this._type !== 'cardCvc') {
      /** @type {string | undefined} */
      this._brand = brand;
      if (brand !== 'unknown') this._tell('networkschange', { networks: [brand], loading: false });
      const cvc = /** @type {CardElement | null} */ (this._group.getElement('cardCvc'));
      if (this._type === 'cardNumber' && cvc) cvc._changed(); // four digits are complete for one brand only
    }
  }

  _payload() {
    const fields = /** @type {Fields} */ (this._fields);
    const { empty, complete, error } = fields;
    const base = { empty, complete: complete && !empty, error };
    const postal = fields.named('postalCode');
    if (this._type === 'card') return { ...base, value: { postalCode: postal ? postal.value : '' }, brand: brandOf(this._number).name };
    return this._type === 'cardNumber' ? { ...base, brand: brandOf(this._number).name } : base;
  }
}
