/** Tells handlers what happens. */
class Emitter {
  constructor() {
    /** @type {Map<string, {handler: Function, once: boolean}[]>} */
    this._handlers = new Map();
  }

  /** @param {string} event @param {Function} handler */
  on(event, handler) {
    return this._add(event, handler, false);
  }

  /** @param {string} event @param {Function} handler */
  once(event, handler) {
    return this._add(event, handler, true);
  }

  /** @param {string} event @param {Function} [handler] without one, all go */
  off(event, handler) {
    const kept = handler ? (this._handlers.get(event) || []).filter((one) => one.handler !== handler) : [];
    this._handlers.set(event, kept);
    return this;
  }

  /** @param {string} event @param {Function} handler @param {boolean} once */
  _add(event, handler, once) {
    if (typeof event !== 'string' || typeof handler !== 'function') {
      throw new IntegrationError('Invalid value for on(): it takes the name of an event and a function.');
    }
    this._handlers.set(event, [...(this._handlers.get(event) || []), { handler, once }]);
    return this;
  }

  /** @param {string} event @param {unknown} [payload] */
  _emit(event, payload) {
    for (const one of this._handlers.get(event) || []) {
      if (one.once) this.off(event, one.handler);
      try {
        one.handler(payload);
      } catch (error) {
        report(error);
      }
    }
  }
}
