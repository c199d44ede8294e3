/**
 * @typedef {object} FieldSpec
 * @property {string} name
 * @property {string} id
 * @property {string} stable `data-elements-stable-field-name`
 * @property {string} label
 * @property {boolean} labelled whether the label is seen; otherwise it is `aria-label`
 * @property {string} [hint] read after the label
 * @property {string} placeholder
 * @property {string} autocomplete
 * @property {string} [inputmode]
 * @property {string} [type]
 * @property {string} [part] of the container's class, in card fields
 * @property {boolean} [half] stands beside another
 * @property {{value: string, text: string}[]} [options] of a select
 * @property {(text: string) => string} format
 * @property {(text: string) => string | null} error what is certainly wrong
 * @property {(text: string) => boolean} complete
 * @property {string} incomplete the code of what is not finished
 */

/** One input, its formatting and what is wrong with it. */
class Field {
  /**
   * @param {Document} inside
   * @param {FieldSpec} spec
   * @param {{changed: (field: Field) => void, focused: (field: Field, has: boolean) => void, key: (event: KeyboardEvent) => void}} listener
   */
  constructor(inside, spec, listener) {
    this.spec = spec;
    /** @type {string | null} */
    this.error = null;
    this.last = '';
    const attributes = {
      name: spec.name, id: spec.id, autocomplete: spec.autocomplete, 'aria-invalid': 'false',
      'data-elements-stable-field-name': spec.stable,
      ...(spec.labelled ? {} : { 'aria-label': spec.label }),
    };
    if (spec.options) {
      this.input = make(inside, 'select', { class: 'p-Select Input', ...attributes }, spec.options.map(
        ({ value, text }) => make(inside, 'option', { value }, [text]),
      ));
    } else {
      this.input = make(inside, 'input', {
        class: `${spec.labelled ? 'p-Input-input ' : ''}InputElement is-empty Input Input--empty`,
        type: spec.type || 'text', placeholder: spec.placeholder, autocorrect: 'off', autocapitalize: 'off',
        spellcheck: 'false', inputmode: spec.inputmode || 'text', ...attributes,
      });
    }
    if (spec.labelled) this.input.classList.remove('InputElement');
    this.input.addEventListener(spec.options ? 'change' : 'input', (event) => {
      this.typed(/** @type {InputEvent} */ (event).inputType);
      listener.changed(this);
    });
    this.input.addEventListener('focus', () => listener.focused(this, true));
    this.input.addEventListener('blur', () => {
      listener.focused(this, false);
      // The end of a number that is too long for its field is what a customer knows a card by; Chromium shows the start.
      setTimeout(() => { this.input.scrollLeft = 1e4; });
    });
    this.input.addEventListener('keydown', (event) => listener.key(/** @type {KeyboardEvent} */ (event)));
  }

  get value() {
    return this.input.value;
  }

  get complete() {
    return this.spec.complete(this.value);
  }

  get empty() {
    return this.value === '';
  }

  /** Format what is there, and keep the caret after the character that was typed. @param {string} [inputType] */
  typed(inputType) {
    const { input, spec } = this;
    let text = input.value;
    if (input.tagName === 'INPUT') {
      const field = /** @type {HTMLInputElement} */ (input);
      const caret = spec.type === 'email' ? null : field.selectionStart;
      // Deleting a separator deletes the digit before it, or nothing would ever go.
      const separator = /^delete.*Backward$/.test(inputType || '') && digitsOf(text) === digitsOf(this.last) && text.length < this.last.length;
      if (separator) text = text.replace(/\d\D*$/, '');
      const formatted = spec.format(text);
      if (formatted !== field.value) {
        const before = caret === null || separator ? Infinity : text.slice(0, caret).replace(/[^A-Za-z0-9]/g, '').length;
        const atEnd = caret === null || caret >= text.length || separator;
        field.value = formatted;
        if (caret !== null && field.ownerDocument.activeElement === field) {
          let at = formatted.length;
          if (!atEnd) {
            at = 0;
            for (let seen = 0; at < formatted.length && seen < before; at += 1) seen += /[A-Za-z0-9]/.test(formatted[at]) ? 1 : 0;
          }
          field.setSelectionRange(at, at);
        }
      }
    }
    this.last = input.value;
    this.error = spec.error(this.value);
    this.show();
  }

  /** @param {string} value as if it had been typed */
  set(value) {
    this.input.value = value;
    this.typed();
  }

  /** Take note that the customer is done with it. @param {boolean} [must] whether it may not be empty */
  finish(must = false) {
    if (!this.error && !this.complete && (must || !this.empty)) this.error = this.spec.incomplete;
    this.show();
  }

  show() {
    const { input, error } = this;
    const states = { empty: this.empty, complete: this.complete && !error, invalid: error !== null };
    for (const [state, is] of Object.entries(states)) {
      input.classList.toggle(`is-${state}`, is);
      input.classList.toggle(`Input--${state}`, is);
    }
    input.setAttribute('aria-invalid', String(error !== null));
  }
}


/**
 * The specs of a card's fields.
 * @param {boolean} labelled as the Payment Element has them
 * @param {{brand: () => string, country: () => string, postal: () => boolean}} state
 * @returns {Record<'number' | 'expiry' | 'cvc' | 'postal', FieldSpec>}
 */
const cardSpecs = (labelled, state) => ({
  number: {
    name: labelled ? 'number' : 'cardnumber', id: labelled ? 'payment-numberInput' : '', stable: 'cardNumber', part: 'cardnumber',
    label: labelled ? 'Card number' : 'Credit or debit card number', labelled,
    placeholder: labelled ? '1234 1234 1234 1234' : 'Card number', autocomplete: 'cc-number', inputmode: 'numeric', type: 'text',
    format: formatNumber, error: numberError, complete: numberIsComplete, incomplete: 'incomplete_number',
  },
  expiry: {
    name: labelled ? 'expiry' : 'exp-date', id: labelled ? 'payment-expiryInput' : '', stable: 'cardExpiry', half: true,
    label: labelled ? 'Expiration date' : 'Credit or debit card expiration date', labelled, hint: 'MM / YY',
    placeholder: 'MM / YY', autocomplete: 'cc-exp', inputmode: 'numeric',
    format: formatExpiry, error: expiryError, complete: expiryIsComplete, incomplete: 'incomplete_expiry',
  },
  cvc: {
    name: 'cvc', id: labelled ? 'payment-cvcInput' : '', stable: 'cardCvc', half: true,
    label: labelled ? 'Security code' : 'Credit or debit card CVC/CVV', labelled,
    placeholder: 'CVC', autocomplete: 'cc-csc', inputmode: 'numeric',
    format: (text) => digitsOf(text).slice(0, state.brand() === 'unknown' ? 4 : cvcLength(state.brand())), error: () => null,
    complete: (text) => (state.brand() === 'unknown' ? text.length >= 3 : text.length === cvcLength(state.brand())),
    incomplete: 'incomplete_cvc',
  },
  postal: {
    name: labelled ? 'postalCode' : 'postal', id: labelled ? 'payment-postalCodeInput' : '', stable: 'postalCode', part: 'postal',
    label: labelled ? 'ZIP code' : 'ZIP', labelled, placeholder: labelled ? '12345' : 'ZIP',
    autocomplete: labelled ? 'billing postal-code' : 'postal-code',
    format: (text) => formatPostal(text, state.country()), error: () => null,
    complete: (text) => !state.postal() || postalIsComplete(text, state.country()), incomplete: 'incomplete_zip',
  },
});
