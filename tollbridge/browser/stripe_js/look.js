/** How fields look: our own sheet, and what a shop's `style` and `appearance` say, set by property so that no value becomes a rule. */

const BASE_CSS = `
* { box-sizing: border-box; }
body, form { margin: 0; }
.InputElement { width: 100%; padding: 0; border: 0; outline: 0; background: transparent; font: inherit; color: inherit; }
.InputElement::placeholder { color: inherit; opacity: .72; }
.InputElement.is-invalid { color: #eb1c26; }
.ElementsApp { display: flex; align-items: center; gap: 8px; font: 16px/1.2 Helvetica, Arial, sans-serif; overflow: hidden; }
.InputContainer { display: block; flex: 0 1 62px; min-width: 34px; }
.InputContainer--cardnumber { flex: 1 1 110px; min-width: 60px; }
.InputContainer--cvc { flex-basis: 44px; }
.InputContainer--postal { flex-basis: 84px; }
.InputContainer--alone { flex: 1 1 auto; }
.CardBrandIcon { flex: none; width: 24px; height: 16px; border-radius: 2px; background: #cfd7df; color: #1a1a1a; font: bold 7px/16px Arial; text-align: center; overflow: hidden; }
`;

const PAYMENT_CSS = `
:root {
  --colorPrimary: #0570de; --colorBackground: #ffffff; --colorText: #30313d; --colorDanger: #df1b41;
  --colorTextSecondary: #4f5b76; --colorTextPlaceholder: #6a6f87; --borderColor: #8a8fa3; --borderRadius: 5px;
  --fontFamily: system-ui, -apple-system, 'Segoe UI', sans-serif; --fontSizeBase: 16px; --fontWeightNormal: 400;
  --spacingUnit: 4px;
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2px; font: var(--fontWeightNormal) var(--fontSizeBase)/1.3 var(--fontFamily); color: var(--colorText); }
form { margin: 0; display: flex; flex-wrap: wrap; gap: calc(var(--spacingUnit) * 3); }
.p-Field { flex: 1 1 100%; min-width: 0; }
.p-Field--half { flex: 1 1 120px; }
.Label { display: block; margin: 0 0 var(--spacingUnit); font-size: .93em; }
.Input, .Tab { width: 100%; min-height: 44px; padding: calc(var(--spacingUnit) * 3); border: 1px solid var(--borderColor); border-radius: var(--borderRadius); background: var(--colorBackground); color: var(--colorText); font: inherit; text-align: left; }
.Input::placeholder { color: var(--colorTextPlaceholder); opacity: 1; }
.Input:focus { outline: 2px solid var(--colorPrimary); border-color: var(--colorPrimary); }
.Input--invalid { border-color: var(--colorDanger); color: var(--colorDanger); }
.Error { margin: var(--spacingUnit) 0 0; font-size: .93em; color: var(--colorDanger); }
.Tab--selected { border-color: var(--colorPrimary); color: var(--colorPrimary); }
.p-Tabs { flex: 1 1 100%; }
.u-visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** @type {Record<string, Record<string, string>>} */
const THEMES = {
  stripe: {},
  night: {
    colorPrimary: '#85d996', colorBackground: '#30313d', colorText: '#ffffff', colorDanger: '#fe87a1',
    colorTextSecondary: '#c3c6d1', colorTextPlaceholder: '#b6b9c8', borderColor: '#8a8fa3',
  },
  flat: { colorBackground: '#f1f1f1', borderColor: '#767676', colorTextPlaceholder: '#62666d' },
};
const SELECTOR = /^\.[A-Za-z][\w-]*(\s+\.[A-Za-z][\w-]*)*(::?[a-z-]+(\(\.?[\w-]+\))?)*$/;

/**
 * Add a rule, its properties by the object model: a value that is not one of its property counts for nothing.
 * @param {CSSStyleSheet} sheet
 * @param {string} selector
 * @param {Record<string, any>} properties
 */
const addRule = (sheet, selector, properties) => {
  let rule;
  try {
    rule = sheet.cssRules[sheet.insertRule(`${selector} {}`, sheet.cssRules.length)];
  } catch (error) {
    return;
  }
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'string' || typeof value === 'number') {
      const property = name.startsWith('--') ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      /** @type {CSSStyleRule} */ (rule).style.setProperty(property, String(value));
    }
  }
};

/**
 * The sheet of card and split fields.
 * @param {CSSStyleSheet} sheet
 * @param {Record<string, Record<string, any>>} style the `style` option
 * @param {string} colour of the text around
 */
const styleFields = (sheet, style, colour) => {
  sheet.replaceSync(BASE_CSS);
  addRule(sheet, '.ElementsApp', { color: colour });
  const states = { base: '', complete: '.is-complete', empty: '.is-empty', invalid: '.is-invalid' };
  for (const [state, suffix] of Object.entries(states)) {
    const said = style[state] || {};
    addRule(sheet, `.InputElement${suffix}`, said);
    for (const [name, nested] of Object.entries(said)) {
      if (/^::?[a-z-]+$/.test(name) && nested && typeof nested === 'object') {
        addRule(sheet, `.InputElement${suffix}${name}`, nested);
      }
    }
  }
};

/**
 * The sheet of the Payment Element and those beside it.
 * @param {CSSStyleSheet} sheet
 * @param {{theme?: string, variables?: Record<string, string>, rules?: Record<string, Record<string, string>>}} appearance
 */
const styleAppearance = (sheet, appearance) => {
  sheet.replaceSync(PAYMENT_CSS);
  const { theme = 'stripe', variables = {}, rules = {} } = appearance;
  const chosen = { ...(Object.hasOwn(THEMES, theme) ? THEMES[theme] : {}), ...variables };
  addRule(sheet, ':root', Object.fromEntries(Object.entries(chosen).map(([name, value]) => [`--${name}`, value])));
  for (const [selector, properties] of Object.entries(rules)) {
    if (SELECTOR.test(selector)) addRule(sheet, selector, properties);
    else console.warn(`[Stripe.js] appearance.rules: ${shown(selector)} cannot be styled.`);
  }
};
