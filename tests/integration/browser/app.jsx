// A shop's checkout in React, as Stripe documents it; bundled for each pair of React and @stripe/react-stripe-js.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { loadStripe } from '@stripe/stripe-js';
import {
  CardElement, CardNumberElement, CardExpiryElement, CardCvcElement, Elements, PaymentElement, useElements, useStripe,
} from '@stripe/react-stripe-js';

const shop = window.shop; // {key, secret, kind}
const stripePromise = loadStripe(shop.key);

function Checkout() {
  const stripe = useStripe();
  const elements = useElements();
  const [step, setStep] = React.useState(0);
  const [said, setSaid] = React.useState('');
  const [options, setOptions] = React.useState({ style: { base: { fontSize: '18px' } } });
  const submit = async (event) => {
    event.preventDefault();
    if (!stripe || !elements) return;
    const result = shop.kind === 'payment'
      ? await stripe.confirmPayment({ elements, redirect: 'if_required', confirmParams: { return_url: window.location.href } })
      : await stripe.confirmCardPayment(shop.secret, {
        payment_method: { card: elements.getElement(shop.kind === 'card' ? CardElement : CardNumberElement) },
        return_url: window.location.href,
      });
    setSaid(result.error ? result.error.message : result.paymentIntent.status);
  };
  return (
    <form onSubmit={submit}>
      {shop.kind === 'payment' && <PaymentElement onReady={(element) => { window.readyElement = element; }} />}
      {shop.kind === 'card' && <CardElement options={options} onChange={(event) => { window.lastChange = event; }} />}
      {shop.kind === 'split' && (<><CardNumberElement /><CardExpiryElement /><CardCvcElement /></>)}
      {step > 0 && shop.kind === 'payment-later' && <PaymentElement />}
      <button disabled={!stripe}>Pay</button>
      <button type="button" onClick={() => setOptions({ style: { base: { fontSize: '20px' } } })}>Larger</button>
      <button type="button" onClick={() => setStep(step + 1)}>Next</button>
      <output>{said}</output>
    </form>
  );
}

createRoot(document.getElementById('root')).render(
  <React.StrictMode>
    <Elements stripe={stripePromise} options={shop.kind.startsWith('payment') ? { clientSecret: shop.secret } : undefined}>
      <Checkout />
    </Elements>
  </React.StrictMode>,
);
