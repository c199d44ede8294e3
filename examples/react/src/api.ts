import type { paths } from './contract.d.ts';

type Create = paths['/api/payment/intent']['post'];
type Body = Create['requestBody']['content']['application/json'];

/** What the API says where it does not do what it was asked for (RFC 9457). */
export type Problem = { status: number; title: string; detail?: string; retryAfter: string | null };

/** Create a payment intent; the client secret, or the problem. */
export async function createIntent(body: Body): Promise<{ secret: string } | { problem: Problem }> {
  try {
    const answer = await fetch(`${import.meta.env.VITE_API}/api/payment/intent`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    const document = await answer.json();
    if (answer.ok) return { secret: document.client_secret };
    return { problem: { ...document, retryAfter: answer.headers.get('Retry-After') } };
  } catch {
    return { problem: { status: 0, title: 'The server cannot be reached', retryAfter: null } };
  }
}
