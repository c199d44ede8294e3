// Compiled against the types that openapi-typescript makes of the contract. A line below `@ts-expect-error`
// has to be refused: the compiler complains about an expectation that nothing fulfils.
import type { components, operations, paths } from "./contract";

type Body = components["schemas"]["PaymentIntentRequest"];
type Currency = components["schemas"]["Currency"];
type Operation = operations["create_payment_intent"];
type Sent = Operation["requestBody"]["content"]["application/json"];
type Secret = Operation["responses"][200]["content"]["application/json"];
type Declined = Operation["responses"][402]["content"]["application/problem+json"];

export const smallest: Body = { amount: 4200, currency: "usd" };
export const full: Sent = {
  amount: 4200,
  currency: "kwd",
  description: "Dock 4",
  error_on_requires_action: true,
  payment_method: 4242,
  receipt_email: "yard@example.com",
};
export const byPath: paths["/api/payment/intent"]["post"]["requestBody"]["content"]["application/json"] = full;
export const header: Operation["parameters"]["header"] = { organization_id: 7 };

declare const chosen: Currency;
export const fromVariable: Body = { amount: 4200, currency: chosen };
export function body(amount: number, currency: Body["currency"]): Body {
  return { amount, currency, payment_method: 4242 };
}
export function secret(answer: Secret): string {
  return answer.client_secret;
}
export function reason(problem: Declined): string {
  switch (problem.error_code) {
    case "authentication-required":
      return problem.title;
    case "card-declined":
      return problem.decline_code ?? problem.detail;
    default:
      return problem.detail;
  }
}

// @ts-expect-error the currency is missing
export const withoutCurrency: Body = { amount: 4200 };
// @ts-expect-error the amount is missing
export const withoutAmount: Body = { currency: "usd" };
// @ts-expect-error the amount is text
export const textAmount: Body = { amount: "4200", currency: "usd" };
// @ts-expect-error the currency is in capitals
export const capitals: Body = { amount: 4200, currency: "USD" };
// @ts-expect-error the currency is none
export const noCurrency: Body = { amount: 4200, currency: "string" };
// @ts-expect-error the payment method is Stripe's id
export const stripeId: Body = { amount: 4200, currency: "usd", payment_method: "pm_card_visa" };
// @ts-expect-error the flag is text
export const textFlag: Body = { amount: 4200, currency: "usd", error_on_requires_action: "true" };
// @ts-expect-error the page has no member confirm
export const confirm: Body = { amount: 4200, currency: "usd", confirm: true };
// @ts-expect-error null is not absence
export const nullMethod: Body = { amount: 4200, currency: "usd", payment_method: null };
// @ts-expect-error the header is a number
export const textHeader: Operation["parameters"]["header"] = { organization_id: "7" };
// @ts-expect-error the answer has nothing but the secret
export const id = (answer: Secret): string => answer.id;
// @ts-expect-error no card is refused with this code
export const code = (problem: Declined): boolean => problem.error_code === "not-found";
