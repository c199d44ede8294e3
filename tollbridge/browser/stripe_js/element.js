const NOT_MOUNTED = 'We could not retrieve data from the specified Element. Please make sure the Element you are attempting to '
  + 'use is still mounted.';
const BARE = { border: 'none', margin: '0px', padding: '0px', display: 'block', background: 'transparent' };
/** @type {Record<string, string>} */
const CLASSES = {
  base: 'StripeElement', complete: 'StripeElement--complete', empty: 'StripeElement--empty', focus: 'StripeElement--focus',
  invalid: 'StripeElement--invalid', webkitAutofill: 'StripeElement--webkit-autofill',
};

/** Where to mount. @param {string | HTMLElement} target */
const placeOf = (target) => {
  if (!target) throw new IntegrationError('Missing argument. Make sure to call mount() with a valid DOM element or selector.');
  const container = /** @type {HTMLElement | null} */ (typeof target === 'string' ? document.querySelector(target) : target);
  if (!container) {
    throw new IntegrationError(
      `The selector you specified (${shown(target)}) applies to no DOM elements that are currently on the page. Make sure the element `
      + 'exists on the page before calling mount().',
    );
  }
  return container;
};

/** What all elements have in common; a kind says what is in its frame. */
class BaseElement extends Emitter {
  /**
   * @param {ElementsGroup} group
   * @param {string} type
   * @param {Record<string, any>} options
   */
  constructor(group, type, options) {
    super();
    this._group = group;
    this._type = type;
    this._options = options;
    this._destroyed = false;
    this._ready = false;
    /** @type {HTMLElement | null} */
    this._container = null;
    /** @type {Fields | null} */
    this._fields = null;
    this._told = '';
    this._onClick = this._onClick.bind(this);
  }

  // What a kind of element says.

  /** @returns {{page: string, title: string}} */
  get _frameKind() {
    return { page: '', title: '' };
  }

  /** @returns {FieldSpec[]} */
  _specs() {
    return [];
  }

  /** @param {Document} _inside @param {Fields} _fields */
  _draw(_inside, _fields) {}

  /** @param {Document} _inside */
  _style(_inside) {}

  /** @returns {Record<string, any>} */
  _payload() {
    return {};
  }

  get _moves() {
    return false;
  }

  /** What a shop must have seen to before the element is ready. @returns {Promise<any>} an error, or undefined */
  async _load() {
    return undefined;
  }

  // What a shop calls.

  /** @param {string | HTMLElement} target */
  mount(target) {
    if (this._destroyed) {
      throw new IntegrationError('This Element has already been destroyed. Please create a new one.');
    }
    const container = placeOf(target);
    if (container === this._container && container.contains(this._wrapper || null)) return this;
    this._unmount();
    this._container = container;
    container.replaceChildren();
    this._wrapper = this._wrapped(container.ownerDocument);
    container.append(this._wrapper);
    container.classList.add(...this._classNames('base'), ...this._classNames('empty'));
    container.ownerDocument.addEventListener('click', this._onClick);
    return this;
  }

  unmount() {
    this._unmount();
    return this;
  }

  destroy() {
    this._unmount();
    this._destroyed = true;
    this._group._forget(this);
    return this;
  }

  /** @param {Record<string, any>} options */
  update(options) {
    this._options = { ...this._options, ...options };
    const inside = this._frame && this._frame.contentDocument;
    if (inside && this._fields) {
      this._style(inside);
      this._apply(options);
    }
    return this;
  }

  focus() {
    if (this._fields) this._fields.focus();
    return this;
  }

  blur() {
    if (this._fields) this._fields.blur();
    return this;
  }

  clear() {
    if (this._fields) this._fields.clear();
    return this;
  }

  // What the rest of the script calls.

  /** The fields, once they are there. */
  _mustHaveFields() {
    if (!this._fields || !this._ready) throw new IntegrationError(NOT_MOUNTED);
    return this._fields;
  }

  /** Check everything; the first error, or undefined. */
  _finish() {
    const error = this._mustHaveFields().finish();
    this._changed();
    return error;
  }

  /** Apply options that change while it is shown. @param {Record<string, any>} options */
  _apply(options) {
    if ('disabled' in options || 'readOnly' in options) {
      for (const field of this._fields ? this._fields.all : []) field.input.disabled = Boolean(options.disabled || options.readOnly);
    }
  }

  /** @param {Document} owner */
  _wrapped(owner) {
    const { page, title } = this._frameKind;
    this._frame = makeFrame(owner, page, { name: frameName(), title, role: 'presentation' }, (inside) => { this._filled(inside); });
    setStyles(this._frame, { ...BARE, width: '1px', 'min-width': '100%', overflow: 'hidden', height: '19.2px' });
    const input = make(owner, 'input', {
      class: '__PrivateStripeElement-input', 'aria-hidden': 'true', 'aria-label': ' ', autocomplete: 'false', maxlength: '1', tabindex: '-1',
    });
    setStyles(input, { ...BARE, position: 'absolute', height: '1px', top: '-1px', width: '100%', opacity: '0', 'pointer-events': 'none' });
    input.addEventListener('focus', () => { this.focus(); });
    const wrapper = make(owner, 'div', { class: '__PrivateStripeElement' }, [this._frame, input]);
    setStyles(wrapper, { ...BARE, position: 'relative' });
    return wrapper;
  }

  /** Fill the frame, which has just loaded. @param {Document} inside */
  async _filled(inside) {
    const frame = /** @type {HTMLIFrameElement} */ (this._frame);
    this._ready = false;
    inside.title = this._frameKind.title;
    inside.documentElement.style.colorScheme = getComputedStyle(/** @type {HTMLElement} */ (this._container)).colorScheme;
    this._fields = new Fields(inside, this._specs(), {
      change: () => { this._changed(); },
      focus: (has) => { this._focused(has); },
      escape: () => { this._tell('escape'); },
      submit: () => { if (this._container) submitForm(this._container); },
    }, this._moves);
    this._style(inside);
    this._draw(inside, this._fields);
    this._apply(this._options);
    const view = /** @type {Window & typeof globalThis} */ (inside.defaultView);
    const fit = () => { setStyles(frame, { height: `${Math.ceil(inside.body.getBoundingClientRect().height * 10) / 10}px` }); };
    new view.ResizeObserver(fit).observe(inside.body);
    fit();
    this._tell('loaderstart');
    const error = await this._load();
    if (frame !== this._frame || frame.contentDocument !== inside) return; // unmounted, destroyed or loaded again meanwhile
    if (error) {
      this._tell('loaderror', { error });
      return;
    }
    this._ready = true;
    this._tell('ready', this._readyPayload());
    this._changed(true);
  }

  /** @returns {Record<string, any>} */
  _readyPayload() {
    return {};
  }

  /** @param {string} event @param {Record<string, any>} [payload] */
  _tell(event, payload = {}) {
    this._emit(event, { elementType: this._type, ...payload });
  }

  /** Tell what changed, if anything did. @param {boolean} [quietly] */
  _changed(quietly = false) {
    const fields = this._fields;
    if (!fields) return;
    const payload = this._payload();
    const told = JSON.stringify([payload, fields.shown.map((field) => field.error)]);
    this._classes();
    if (told === this._told) return;
    this._told = told;
    if (!quietly) this._tell('change', payload);
  }

  /** @param {boolean} has */
  _focused(has) {
    this._classes();
    this._tell(has ? 'focus' : 'blur');
  }

  /** @param {string} state */
  _classNames(state) {
    const own = this._options.classes || {};
    return String(own[state] || CLASSES[state]).split(/\s+/).filter(Boolean);
  }

  _classes() {
    const fields = this._fields;
    const container = this._container;
    if (!fields || !container) return;
    const states = {
      empty: fields.empty, complete: fields.complete && !fields.empty, invalid: fields.error !== undefined, focus: fields.focused !== null,
    };
    for (const [state, is] of Object.entries(states)) {
      for (const name of this._classNames(state)) container.classList.toggle(name, is);
    }
  }

  _unmount() {
    const container = this._container;
    if (!container) return;
    container.ownerDocument.removeEventListener('click', this._onClick);
    if (this._wrapper) this._wrapper.remove();
    for (const state of Object.keys(CLASSES)) container.classList.remove(...this._classNames(state));
    this._container = null;
    this._wrapper = undefined;
    this._frame = undefined;
    this._fields = null;
    this._ready = false;
    this._told = '';
  }

  /** A click on the label of the container focuses the element. @param {Event} event */
  _onClick(event) {
    const target = /** @type {Element | null} */ (event.target);
    const label = target && target.closest ? target.closest('label') : null;
    const container = this._container;
    if (label && container && (label.contains(container) || (container.id && label.htmlFor === container.id))) this.focus();
  }
}
