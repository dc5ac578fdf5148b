import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old a signature may be, as in Stripe's libraries. */
const OLDEST_S = 300;
/** Clocks differ. Stripe's libraries take any time in the future, so that a leaked body could be kept for later. */
const AHEAD_S = 60;
/** A header that was made up must not cost many comparisons. */
const MOST_SIGNATURES = 10;

/** Whether the body, byte for byte, was signed by one of the secrets about now. */
export function isSigned(body: Uint8Array, header: string, secrets: readonly string[], nowMs: number): boolean {
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const time = parts.findLast(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time)) return false;
  const age = Math.floor(nowMs / 1_000) - Number(time);
  if (age > OLDEST_S || age < -AHEAD_S) return false;
  const given = parts.filter(([name, value]) => name === 'v1' && /^[0-9a-f]{64}$/.test(value ?? ''));
  const signatures = given.slice(0, MOST_SIGNATURES).map(([, value]) => Buffer.from(value as string, 'hex'));
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return signatures.some((signature) => timingSafeEqual(signature, expected));
  });
}
