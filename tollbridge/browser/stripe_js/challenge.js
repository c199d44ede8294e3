/** The dialog that asks a cardholder, as Stripe's test mode draws it: a frame that is the first thing in `body`, and one in it. */

const DIALOG_CSS = `
html, body { margin: 0; height: 100%; font: 16px/1.5 system-ui, sans-serif; color: #30313d; }
button { min-height: 44px; margin: 6px; padding: 0 20px; border: 1px solid #3d4eac; border-radius: 4px; background: #fff; color: #3d4eac; font: inherit; cursor: pointer; }
.LightboxModal { display: grid; height: 100%; place-items: center; }
.LightboxModalContent { display: flex; flex-direction: column; width: min(500px, 94vw); height: min(480px, 94vh); border-radius: 8px; background: #fff; }
.LightboxModalClose { align-self: flex-end; border: 0; }
iframe { flex: 1; border: 0; border-radius: 8px; }
main { padding: 16px; text-align: center; }
main button { text-transform: uppercase; }
#test-source-authorize-3ds { background: #3d4eac; color: #fff; }
`;

/**
 * Ask the cardholder.
 * @returns {Promise<'succeed' | 'fail'>} Cancel is no other outcome than Fail
 */
const askCardholder = () => new Promise((resolve) => {
  const owner = document;
  const focused = /** @type {HTMLElement | null} */ (owner.activeElement);
  const around = make(owner, 'div');
  setStyles(around, { ...BARE, position: 'fixed', inset: '0px', 'z-index': '2147483647', background: '#141828a0' });

  /** @param {'succeed' | 'fail'} outcome */
  const end = (outcome) => {
    around.remove();
    if (focused && focused.isConnected) focused.focus();
    resolve(outcome);
  };
  const escape = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') end('fail'); };

  /** @param {Document} inside */
  const drawQuestion = (inside) => {
    inside.title = '3D Secure 2 Test Page';
    sheetOf(inside).replaceSync(DIALOG_CSS);
    const fail = make(inside, 'button', { type: 'button', id: 'test-source-fail-3ds' }, ['Fail']);
    const complete = make(inside, 'button', { type: 'button', id: 'test-source-authorize-3ds' }, ['Complete']);
    fail.addEventListener('click', () => end('fail'));
    complete.addEventListener('click', () => end('succeed'));
    inside.addEventListener('keydown', escape);
    const heading = make(inside, 'h1', {}, ['3D Secure 2', make(inside, 'br'), ' Test Page']);
    inside.body.replaceChildren(make(inside, 'main', {}, [heading, fail, complete]));
    complete.focus();
  };

  const frame = makeFrame(owner, 'three-ds-2-challenge', { name: frameName(), title: 'Secure 3D Secure challenge frame' }, (inside) => {
    inside.title = '3D Secure';
    sheetOf(inside).replaceSync(DIALOG_CSS);
    const cancel = make(inside, 'button', { type: 'button', class: 'LightboxModalClose' }, ['Cancel']);
    cancel.addEventListener('click', () => end('fail'));
    inside.addEventListener('keydown', escape);
    const question = makeFrame(inside, 'three-ds-2-test-page', { id: 'challengeFrame', name: 'stripe-challenge-frame', title: '3D Secure 2 Test Page' }, drawQuestion);
    question.removeAttribute('src');
    const content = make(inside, 'div', { class: 'LightboxModalContent', role: 'dialog', 'aria-modal': 'true', 'aria-label': '3D Secure' }, [cancel, question]);
    inside.body.replaceChildren(make(inside, 'div', { class: 'LightboxModal' }, [content]));
  });
  setStyles(frame, { ...BARE, width: '100%', height: '100%', 'max-width': 'none' });
  around.append(frame);
  owner.body.prepend(around);
});
