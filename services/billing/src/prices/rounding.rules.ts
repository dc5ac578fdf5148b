/**
 * The quotient, rounded to a whole number once; halves are rounded away from zero, as Stripe does, so that a credit of
 * the same fraction undoes a charge.
 *
 * @param divisor above zero
 */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -rounded : rounded;
}

/** Math.min takes no bigint. */
export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/**
 * Shares of a whole amount by weight that add up to it exactly: each share is rounded down, and what is left goes, one
 * unit each, to those that lost most, the first of equals first (largest remainder).
 *
 * @param weights none below zero; when all are zero, the first takes everything
 */
export function shareOut(amount: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole === 0n) return weights.map((_, index) => (index === 0 ? amount : 0n));
  const [size, sign] = amount < 0n ? [-amount, -1n] : [amount, 1n];
  const shares = weights.map((weight) => (size * weight) / whole);
  const lost = weights.map((weight) => (size * weight) % whole);
  const left = size - shares.reduce((sum, share) => sum + share, 0n);
  const order = [...weights.keys()].sort((a, b) => {
    const difference = (lost[b] as bigint) - (lost[a] as bigint);
    return difference > 0n ? 1 : difference < 0n ? -1 : a - b;
  });
  for (const index of order.slice(0, Number(left))) shares[index] = (shares[index] as bigint) + 1n;
  return shares.map((share) => share * sign);
}
