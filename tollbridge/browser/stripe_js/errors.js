/** What the programmer did wrong. */
class IntegrationError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'IntegrationError';
  }
}

/** @type {Record<string, string>} */
const MESSAGES = {
  incomplete_number: 'Your card number is incomplete.',
  invalid_number: 'Your card number is invalid.',
  incomplete_expiry: "Your card's expiration date is incomplete.",
  invalid_expiry_month_past: "Your card's expiration date is in the past.",
  invalid_expiry_year_past: "Your card's expiration year is in the past.",
  invalid_expiry_year: "Your card's expiration year is invalid.",
  incomplete_cvc: "Your card's security code is incomplete.",
  incomplete_zip: 'Your postal code is incomplete.',
  incomplete_email: 'Your email is incomplete.',
  incomplete_name: 'Please provide your full name.',
  incomplete_phone_number: 'Your phone number is incomplete.',
  incomplete_address: 'Your address is incomplete.',
};

/**
 * What the customer entered wrong.
 * @param {string} code
 */
const validationError = (code) => ({ type: /** @type {const} */ ('validation_error'), code, message: MESSAGES[code] });

/** The server cannot be reached, or answered what is not an answer. */
const CONNECTION_ERROR = {
  type: /** @type {const} */ ('api_connection_error'),
  message: 'We are experiencing issues connecting to our payments provider. Please check your connection and try again.',
};

/** What a method that is given a wrong value throws. @param {string} method @param {string} should @param {unknown[]} said */
const wrong = (method, should, ...said) => new IntegrationError(
  `Invalid value for ${method}: ${should}.${said.map((one) => ` You specified: ${shown(one)}.`).join('')}`,
);

/** What the customer or the API did wrong: what methods resolve to. */
class Failure {
  /** @param {any} error */
  constructor(error) {
    this.error = error;
  }
}

/** Throw an error of a field, if there is one. @param {any} error */
const mustHold = (error) => {
  if (error) throw new Failure(error);
};

/**
 * A method that resolves to `{error}` where a failure is thrown.
 * @template {any[]} A
 * @param {(...said: A) => Promise<any>} method
 * @returns {(...said: A) => Promise<any>}
 */
const resolving = (method) => async (...said) => {
  try {
    return await method(...said);
  } catch (failure) {
    if (failure instanceof Failure) return { error: failure.error };
    throw failure;
  }
};

/** Report what a shop's handler throws without stopping ours. @param {unknown} error */
const report = (error) => {
  setTimeout(() => { throw error; }, 0);
};

/** Say what a value is, for a message. @param {unknown} value */
const shown = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return String(text).slice(0, 200);
};
