// Fails to compile where the script lacks a method that @stripe/stripe-js documents for what it has.
import type {
  Stripe as Theirs, StripeAddressElement, StripeCardElement, StripeCardNumberElement, StripeConstructorOptions, StripeElements,
  StripeLinkAuthenticationElement, StripePaymentElement,
} from '@stripe/stripe-js';

type Methods = 'confirmCardPayment' | 'confirmCardSetup' | 'confirmPayment' | 'confirmSetup' | 'retrievePaymentIntent'
  | 'retrieveSetupIntent' | 'handleCardAction' | 'handleNextAction' | 'createPaymentMethod' | 'createToken' | 'createConfirmationToken'
  | 'registerAppInfo';

const options: StripeConstructorOptions = { stripeAccount: 'acct_1' };
const made = Stripe('pk_test_1', options);
export const methods: { [M in Methods]: (...said: Parameters<Theirs[M]>) => ReturnType<Theirs[M]> } = made;

const group = made.elements({ mode: 'payment', amount: 100, currency: 'usd' });
export const ofGroup: Record<keyof StripeElements, (...said: any[]) => any> = group;

type Shared = keyof StripeCardElement & keyof StripeCardNumberElement;
export const ofCard: Record<Shared | keyof StripeCardElement | keyof StripeLinkAuthenticationElement, (...said: any[]) => any> = group.create('card');
export const ofPayment: Record<keyof StripePaymentElement, (...said: any[]) => any> = new PaymentElement(group, 'payment', {});
export const ofAddress: Record<keyof StripeAddressElement, (...said: any[]) => any> = new AddressElement(group, 'address', {});
