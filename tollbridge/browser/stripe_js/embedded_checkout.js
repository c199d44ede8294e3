/**
 * `initEmbeddedCheckout`, which version 10 calls `createEmbeddedCheckoutPage`: a session's own page, in a frame. The frame is
 * another site's, so each page that it loads is asked after at the API.
 * @param {Caller} caller
 * @param {any} options
 */
const embeddedCheckout = async (caller, { clientSecret, fetchClientSecret, onComplete } = {}) => {
  const secret = clientSecret || (fetchClientSecret && await fetchClientSecret());
  const [id, rest] = `${secret}`.split('_secret_');
  if (!rest) throw wrong('stripe.initEmbeddedCheckout()', 'value should be the client secret of a Checkout Session', secret);
  const frame = document.createElement('iframe');
  const remove = () => frame.remove();
  Object.assign(frame, { name: 'embedded-checkout', title: 'Secure checkout', src: `${new URL(SERVED.api).origin}/_tollbridge/pay/${id}` });
  Object.assign(frame.style, { border: 0, height: '60rem', width: '100%' });
  frame.addEventListener('load', async () => {
    const page = await call(caller, 'GET', `/v1/payment_pages/${id}`, { client_secret: secret });
    if (page.status !== 'complete') return;
    if (page.return_url) leave(page.return_url);
    else if (onComplete) onComplete();
  });
  return { mount: (/** @type {any} */ place) => placeOf(place).append(frame), unmount: remove, destroy: remove };
};
