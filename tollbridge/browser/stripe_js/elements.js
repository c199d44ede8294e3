const SECRET = /^(pi|seti)_[A-Za-z0-9]+_secret_\w+$/;

/** What `stripe.elements()` returns: a group, with one element of each type. */
class ElementsGroup extends Emitter {
  /** @param {Caller} caller @param {Record<string, any>} options */
  constructor(caller, options) {
    super();
    const { clientSecret, mode, amount, currency } = options;
    if (clientSecret !== undefined && !SECRET.test(clientSecret)) {
      throw wrong('elements()', 'clientSecret should be a client secret of the form ${id}_secret_${secret}', clientSecret);
    }
    if (mode && clientSecret) throw wrong('elements()', 'clientSecret and mode cannot be given together');
    if (mode && !['payment', 'setup', 'subscription'].includes(mode)) {
      throw wrong('elements()', 'mode should be payment, setup or subscription', mode);
    }
    if (mode === 'payment' && !(Number.isInteger(amount) && currency)) {
      throw wrong('elements()', 'amount (an integer) and currency are required with mode payment');
    }
    this._caller = caller;
    this._options = options;
    this._submitted = false;
    /** @type {Map<string, BaseElement>} */
    this._elements = new Map();
  }

  /** The client secret that the group was given, if any. @returns {string | undefined} */
  get secret() {
    return this._options.clientSecret;
  }

  /** @returns {string[]} */
  get _types() {
    return this._options.paymentMethodTypes || ['card'];
  }

  /** @param {'GET' | 'POST'} method @param {string} path @param {Record<string, any>} values */
  _call(method, path, values) {
    return call(this._caller, method, path, values);
  }

  /** @param {string} type @param {Record<string, any>} [options] */
  create(type, options = {}) {
    if (!Object.hasOwn(KINDS, type)) {
      throw new IntegrationError(
        `A valid Element name must be provided. Valid Elements of Tollbridge are: ${Object.keys(KINDS).join(', ')}; you passed: ${shown(type)}.`,
      );
    }
    if (this._elements.has(type)) throw new IntegrationError(`Can only create one Element of type ${type}.`);
    if (type === 'payment' && !this.secret && !this._options.mode) {
      throw new IntegrationError('In order to create a payment element, you must pass a clientSecret or mode when creating the Elements group.');
    }
    const element = new KINDS[type](this, type, options || {});
    this._elements.set(type, element);
    return element;
  }

  /** @param {string | {__elementType?: string}} type or a React component */
  getElement(type) {
    const name = typeof type === 'string' ? type : (type && type.__elementType) || '';
    return this._elements.get(name) || null;
  }

  /** @param {Record<string, any>} options */
  async update(options) {
    this._options = { ...this._options, ...options };
    for (const element of this._elements.values()) if (options.appearance) element.update({});
    this._emit('update-end');
  }

  async fetchUpdates() {
    return {};
  }

  /** Check every field of every element, and show what is wrong. */
  async submit() {
    const asked = this._asking();
    if (!asked.length) throw new IntegrationError(NOT_MOUNTED);
    const error = asked.map((element) => element._finish()).find(Boolean);
    if (error) return { error };
    this._submitted = true;
    return this._elements.has('payment') ? { selectedPaymentMethod: 'card' } : {};
  }

  /** The elements whose fields make up a payment. */
  _asking() {
    return ['linkAuthentication', 'payment', 'address'].flatMap((type) => {
      const element = this._elements.get(type);
      return element && element._container ? [element] : [];
    });
  }

  /** @param {BaseElement} element */
  _forget(element) {
    if (this._elements.get(element._type) === element) this._elements.delete(element._type);
  }
}
