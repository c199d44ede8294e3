// What a shop without a framework does; bundled for each major of @stripe/stripe-js.
import { loadStripe } from '@stripe/stripe-js';

loadStripe(window.shop.key).then((stripe) => { window.stripe = stripe; });
