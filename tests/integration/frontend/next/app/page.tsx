'use client';

import { loadStripe, type Stripe, type StripeCardElement } from '@stripe/stripe-js';
import { type FormEvent, useEffect, useRef, useState } from 'react';

const loading = loadStripe('pk_test_tollbridge');

/** A checkout that counts on what the layout loads: it names no address of Stripe's script. */
export default function Checkout() {
  const form = useRef<{ stripe: Stripe; card: StripeCardElement }>(null);
  const [message, setMessage] = useState('');

  useEffect(() => {
    loading.then((stripe) => {
      if (!stripe || form.current) return;
      const card = stripe.elements().create('card');
      card.mount('#card');
      form.current = { stripe, card };
    });
  }, []);

  const pay = async (event: FormEvent) => {
    event.preventDefault();
    const { stripe, card } = form.current!;
    const answer = await fetch(`${process.env.NEXT_PUBLIC_API}/api/payment/intent`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ amount: 4200, currency: 'usd' }),
    });
    const { client_secret: secret } = await answer.json();
    const { error, paymentIntent } = await stripe.confirmCardPayment(secret, { payment_method: { card } });
    setMessage(error ? error.message ?? 'The payment failed.' : `Payment ${paymentIntent.status}.`);
  };

  return (
    <form onSubmit={pay}>
      <div id="card"></div>
      <button>Pay</button>
      <p role="status">{message}</p>
    </form>
  );
}
