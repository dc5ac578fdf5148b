/* Exact fractions, for the oracle alone: nothing of the engine is in them. */
export interface Exact {
  n: bigint;
  d: bigint;
}

export const of = (n: bigint | number, d: bigint | number = 1): Exact => ({ n: BigInt(n), d: BigInt(d) });
export function exact(text: string): Exact {
  const [whole = '0', decimals = ''] = text.split('.');
  return of(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
}
export const plus = (a: Exact, b: Exact) => of(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a: Exact, b: Exact) => of(a.n * b.d - b.n * a.d, a.d * b.d);
export const times = (a: Exact, b: Exact) => of(a.n * b.n, a.d * b.d);
export const over = (a: Exact, b: Exact) => (b.n < 0n ? of(-a.n * b.d, -a.d * b.n) : of(a.n * b.d, a.d * b.n));
export const less = (a: Exact, b: Exact) => a.n * b.d < b.n * a.d;
export const same = (a: Exact, b: Exact) => a.n * b.d === b.n * a.d;

/** Down, or up, to a whole number of steps. Never asked for anything below zero. */
export function toStep(value: Exact, step: Exact, up: boolean): Exact {
  const steps = over(value, step);
  const down = steps.n / steps.d;
  return times(of(up && down * steps.d !== steps.n ? down + 1n : down), step);
}

export const ZERO = of(0);
export const ONE = of(1);
export const percent = (text: string) => over(exact(text), of(100));

export function power(scale: string, exponent: number): Exact {
  let result = ONE;
  for (let i = 0; i < exponent; i += 1) result = times(result, exact(scale));
  return result;
}
