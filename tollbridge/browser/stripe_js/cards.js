/**
 * @typedef {object} Brand
 * @property {string} name as events and payment methods spell it
 * @property {RegExp} begins
 * @property {number[]} lengths
 * @property {number[]} groups
 */

const FOURS = [4, 4, 4, 4];
/** @returns {Brand} */
const brand = (/** @type {string} */ name, /** @type {RegExp} */ begins, lengths = [16], groups = FOURS) => ({ name, begins, lengths, groups });
const BRANDS = [
  brand('visa', /^4/), brand('mastercard', /^(5[1-5]|2[2-7])/), brand('amex', /^3[47]/, [15], [4, 6, 5]),
  brand('diners', /^3(0|[689])/, [14, 16], [4, 6, 4, 2]), brand('jcb', /^35/), brand('discover', /^6(011|4[4-9]|5)/),
  brand('unionpay', /^(62|81)/, [16, 19], [...FOURS, 3]),
];
const UNKNOWN = brand('unknown', /^/);

/** @param {string} text */
const digitsOf = (text) => text.replace(/\D/g, '');

/** @param {string} number */
const brandOf = (number) => BRANDS.find(({ begins }) => begins.test(digitsOf(number))) || UNKNOWN;

/** Luhn's check digit. @param {string} digits */
const passesLuhn = (digits) => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
};

/** @param {string} text */
const formatNumber = (text) => {
  const { groups, lengths } = brandOf(text);
  let rest = digitsOf(text).slice(0, lengths[lengths.length - 1]);
  const sizes = rest.length > 14 && groups.length === 4 && groups[1] === 6 ? FOURS : groups; // a long Diners
  /** @type {string[]} */
  const parts = [];
  for (const size of sizes) {
    if (rest) parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(' ');
};

/** What is certainly wrong with a number. @param {string} text */
const numberError = (text) => {
  const digits = digitsOf(text);
  const { lengths } = brandOf(text);
  const longest = lengths[lengths.length - 1];
  return digits.length >= longest && !passesLuhn(digits) ? 'invalid_number' : null;
};

/** @param {string} text */
const numberIsComplete = (text) => brandOf(text).lengths.includes(digitsOf(text).length) && passesLuhn(digitsOf(text));

/**
 * `MM / YY`, from what is typed, filled in or pasted.
 * @param {string} text
 */
const formatExpiry = (text) => {
  const slashed = /^\s*\d\s*\//.test(text);
  let digits = digitsOf(text);
  if (slashed || /^[2-9]/.test(digits) || /^1[3-9]/.test(digits)) digits = `0${digits}`;
  if (/^\d\d20\d\d$/.test(digits)) digits = digits.slice(0, 2) + digits.slice(4);
  digits = digits.slice(0, 4);
  if (digits.length < 2) return digits;
  return `${digits.slice(0, 2)} / ${digits.slice(2)}`;
};

/** @param {string} text */
const expiryOf = (text) => {
  const digits = digitsOf(text);
  return { month: Number(digits.slice(0, 2)), year: 2000 + Number(digits.slice(2, 4)), whole: digits.length === 4 };
};

/** @param {string} text */
const expiryError = (text) => {
  const { month, year, whole } = expiryOf(text);
  const now = new Date();
  if (!whole) return null;
  if (year < now.getFullYear()) return 'invalid_expiry_year_past';
  if (year === now.getFullYear() && month < now.getMonth() + 1) return 'invalid_expiry_month_past';
  return year > now.getFullYear() + 50 ? 'invalid_expiry_year' : null;
};

/** @param {string} text */
const expiryIsComplete = (text) => expiryOf(text).whole && expiryOf(text).month > 0 && !expiryError(text);

/** How many digits the security code has. @param {string} brand */
const cvcLength = (brand) => (brand === 'amex' ? 4 : 3);

/** The country of a test card, as far as its number says: 400000 and the country's ISO 3166 number. @param {string} number */
const isAmerican = (number) => {
  const found = /^400000(\d{3})/.exec(digitsOf(number));
  return !found || found[1] === '000' || found[1] === '840';
};
