/** The id of what Stripe answers either as an id or, where it was asked to, as a whole. */
export function idOf(one: string | { id: string }): string;
export function idOf(one: string | { id: string } | null | undefined): string | undefined;
export function idOf(one: string | { id: string } | null | undefined): string | undefined {
  return typeof one === 'string' ? one : one?.id;
}
