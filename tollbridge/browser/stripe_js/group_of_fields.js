/** The fields of one element's frame, in their order: the focus moves on, and Enter submits the shop's form. */
class Fields {
  /**
   * @param {Document} inside
   * @param {FieldSpec[]} specs
   * @param {{change: () => void, focus: (has: boolean) => void, escape: () => void, submit: () => void, finished?: (field: Field) => void}} listener
   * @param {boolean} moves whether a complete field hands the focus on
   */
  constructor(inside, specs, listener, moves) {
    this.listener = listener;
    this.moves = moves;
    /** @type {Field | null} */
    this.focused = null;
    this.all = specs.map((spec) => new Field(inside, spec, {
      changed: (field) => this.changed(field),
      focused: (field, has) => this.moved(field, has),
      key: (event) => this.key(event),
    }));
  }

  /** @param {string} stable */
  named(stable) {
    return this.all.find((field) => field.spec.stable === stable);
  }

  /** The fields that are shown. */
  get shown() {
    return this.all.filter((field) => !field.input.closest('[hidden]'));
  }

  get empty() {
    return this.shown.every((field) => field.empty || field.spec.options);
  }

  get complete() {
    return this.shown.every((field) => field.complete && !field.error);
  }

  /** The first error, in the order of the fields. */
  get error() {
    const found = this.shown.find((field) => field.error);
    return found && found.error ? validationError(found.error) : undefined;
  }

  /** Take every field as done. */
  finish() {
    for (const field of this.shown) field.finish(true);
    return this.error;
  }

  clear() {
    for (const field of this.all) if (!field.spec.options) field.set('');
    this.listener.change();
  }

  focus() {
    const first = this.shown.find((field) => !field.complete) || this.shown[0];
    if (first) first.input.focus();
  }

  blur() {
    if (this.focused) this.focused.input.blur();
  }

  /** @param {Field} field */
  changed(field) {
    this.listener.change();
    const { shown } = this;
    const next = shown[shown.indexOf(field) + 1];
    const input = /** @type {HTMLInputElement} */ (field.input);
    const atEnd = input.tagName === 'INPUT' && input.selectionStart === input.value.length;
    const longest = field.spec.stable !== 'cardNumber' || digitsOf(field.value).length === brandOf(field.value).lengths.slice(-1)[0];
    if (this.moves && next && atEnd && longest && field.complete && !field.error && this.focused === field) next.input.focus();
  }

  /** @param {Field} field @param {boolean} has */
  moved(field, has) {
    const before = this.focused;
    if (has) {
      this.focused = field;
      if (!before) this.listener.focus(true);
      return;
    }
    if (this.focused === field) this.focused = null;
    field.finish();
    this.listener.change();
    // Where the focus only moves on within the frame, the next field has it by the end of this task.
    setTimeout(() => { if (!this.focused && before === field) this.listener.focus(false); }, 0);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === 'Escape') this.listener.escape();
    if (event.key === 'Enter' && /** @type {HTMLElement} */ (event.target).tagName === 'INPUT') {
      event.preventDefault();
      this.listener.submit();
    }
  }
}

/** The value of a field; undefined where it is empty, or not there. @param {Fields | null} fields @param {string} stable */
const valueOf = (fields, stable) => {
  const field = fields && fields.named(stable);
  return (field && field.value) || undefined;
};

/**
 * Submit the form around an element, as real Stripe.js does: past the browser's own validation.
 * @param {HTMLElement} container
 */
const submitForm = (container) => {
  const form = container.closest('form');
  if (form && form.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))) form.submit();
};
