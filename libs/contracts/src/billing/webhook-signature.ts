/** How old a signature may be, as in Stripe's libraries. */
const OLDEST_S = 300;
/** Clocks differ. Stripe's libraries take any time in the future, so that a leaked body could be kept for later. */
const AHEAD_S = 60;
/** A header that was made up must not cost many comparisons. */
const MOST_SIGNATURES = 10;

export interface GivenSignature {
  /** As it was written: the signature is over it. */
  time: string;
  /** In hex, at least one. */
  signatures: string[];
}

/** What Stripe's header says, if it can be right about now. Who has no secret tells so what is not worth judging. */
export function readSignature(header: string, nowMs: number): GivenSignature | undefined {
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const time = parts.findLast(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time)) return undefined;
  const age = Math.floor(nowMs / 1_000) - Number(time);
  if (age > OLDEST_S || age < -AHEAD_S) return undefined;
  const given = parts.filter(([name, value]) => name === 'v1' && /^[0-9a-f]{64}$/.test(value ?? ''));
  if (given.length === 0) return undefined;
  return { time, signatures: given.slice(0, MOST_SIGNATURES).map(([, value]) => value as string) };
}
