import { CardElement, Elements, useElements, useStripe } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { type FormEvent, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createIntent } from './api';

const stripePromise = loadStripe('pk_test_tollbridge');

function Checkout() {
  const stripe = useStripe();
  const elements = useElements();
  const [message, setMessage] = useState('');
  const [busy, setBusy] = useState(false);

  const pay = async (event: FormEvent) => {
    event.preventDefault();
    const card = elements?.getElement(CardElement);
    if (!stripe || !card || busy) return;
    setBusy(true);
    const created = await createIntent({ amount: 4200, currency: 'usd' });
    if ('problem' in created) {
      const { status, title, retryAfter } = created.problem;
      setMessage(`${title} (${status}).${retryAfter ? ' Nothing was charged: try again.' : ''}`);
    } else {
      const { error, paymentIntent } = await stripe.confirmCardPayment(created.secret, { payment_method: { card } });
      setMessage(error ? error.message ?? 'The payment failed.' : `Payment ${paymentIntent.status}.`);
    }
    setBusy(false);
  };

  return (
    <form onSubmit={pay}>
      <h1>Checkout</h1>
      <CardElement />
      <button disabled={!stripe || busy}>Pay $42.00</button>
      <p role="status">{message}</p>
    </form>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Elements stripe={stripePromise}><Checkout /></Elements>
  </StrictMode>,
);
