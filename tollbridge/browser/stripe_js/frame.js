/** A document without content of its own, which loads nothing: its fields are made by the script, from no one's markup. */
const EMPTY_PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
  + 'content="default-src \'none\'"><title>Stripe</title></head><body></body></html>';
let numbered = 1000 + Math.floor(Math.random() * 8000);

const hex = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {Document} owner
 * @param {T} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 */
const make = (owner, tag, attributes = {}, children = []) => {
  const made = owner.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/**
 * A frame that bears Stripe's address and never asks for it: `srcdoc` wins over `src`.
 * @param {Document} owner
 * @param {string} page such as `elements-inner-card`
 * @param {Record<string, string>} attributes
 * @param {(document: Document) => void} fill what makes its content, each time that it loads
 */
const makeFrame = (owner, page, attributes, fill) => {
  const address = `https://js.stripe.com/v3/${page}-${hex()}.html`;
  const fragment = new URLSearchParams({ componentName: page.split('-').pop() || '', keyMode: 'test', referrer: location.origin });
  const frame = make(owner, 'iframe', {
    frameborder: '0', allowtransparency: 'true', scrolling: 'no', allow: 'payment *; publickey-credentials-get *',
    src: `${address}#${fragment}`, ...attributes,
  });
  frame.srcdoc = EMPTY_PAGE;
  frame.addEventListener('load', () => {
    const inside = frame.contentDocument;
    if (!inside || !frame.contentWindow) return;
    // The frame's own URL then has Stripe's address in it, which tests look for; nothing is loaded.
    if (!frame.contentWindow.location.hash) frame.contentWindow.location.replace(`about:srcdoc#${address}`);
    fill(inside);
  });
  return frame;
};

const frameName = () => {
  numbered += 1;
  return `__privateStripeFrame${numbered}`;
};

/**
 * Give a document a sheet of its own; a policy on styles does not hold for it.
 * @param {Document} inside
 */
const sheetOf = (inside) => {
  const view = /** @type {Window & typeof globalThis} */ (inside.defaultView);
  const sheet = new view.CSSStyleSheet();
  inside.adoptedStyleSheets = [sheet];
  return sheet;
};

/**
 * Set styles that a shop's sheets do not override.
 * @param {HTMLElement} element
 * @param {Record<string, string>} styles
 */
const setStyles = (element, styles) => {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important');
};
