import { z } from 'zod';

/** Exact fractions over BigInt: nothing is rounded until a floor or a ceiling is taken. */
export interface Fraction {
  readonly n: bigint;
  /** Above zero. */
  readonly d: bigint;
}

export const whole = (n: bigint | number): Fraction => ({ n: BigInt(n), d: 1n });
/** So many parts of a million, as fees, funding and maintenance margin are given. */
export const millionths = (n: bigint | number): Fraction => ({ n: BigInt(n), d: 1_000_000n });

/** From decimal text such as `-12.50`. */
export function fraction(text: string): Fraction {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a decimal number.`);
  const [, sign, digits, decimals = ''] = match;
  const n = BigInt(`${digits}${decimals}`);
  return { n: sign ? -n : n, d: 10n ** BigInt(decimals.length) };
}

/*
 * Denominators here are nearly always powers of ten: the larger is then a common one, and a sum of two hundred powers
 * keeps numbers as long as the longest of them instead of as long as all of them together.
 */
function combine(a: Fraction, b: Fraction, sign: bigint): Fraction {
  if (a.d % b.d === 0n) return { n: a.n + sign * b.n * (a.d / b.d), d: a.d };
  if (b.d % a.d === 0n) return { n: a.n * (b.d / a.d) + sign * b.n, d: b.d };
  return { n: a.n * b.d + sign * b.n * a.d, d: a.d * b.d };
}

export const add = (a: Fraction, b: Fraction): Fraction => combine(a, b, 1n);
export const sub = (a: Fraction, b: Fraction): Fraction => combine(a, b, -1n);
export const mul = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
export const div = (a: Fraction, b: Fraction): Fraction =>
  b.n < 0n ? { n: -a.n * b.d, d: -(a.d * b.n) } : { n: a.n * b.d, d: a.d * b.n };

export function compare(a: Fraction, b: Fraction): -1 | 0 | 1 {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** In lowest terms, for stored fractions that keep growing. */
export function reduced({ n, d }: Fraction): Fraction {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return { n: n / a, d: d / a };
}

export function floor({ n, d }: Fraction): bigint {
  const quotient = n / d;
  return n < 0n && n % d !== 0n ? quotient - 1n : quotient;
}

export const ceil = ({ n, d }: Fraction): bigint => -floor({ n: -n, d });

/** Half away from zero, as cents are rounded in accounts. */
export const round = ({ n, d }: Fraction): bigint =>
  n < 0n ? -floor({ n: -2n * n + d, d: 2n * d }) : floor({ n: 2n * n + d, d: 2n * d });

/** Decimal text. Exact when the fraction has that few decimals, otherwise truncated towards zero after `decimals`. */
export function toText({ n, d }: Fraction, decimals = 12): string {
  const text = decimalText((n * 10n ** BigInt(decimals)) / d, decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** To the cent, with both decimals: `-3.50`. */
export const toCents = (value: Fraction): string => decimalText(round({ n: value.n * 100n, d: value.d }), 2);

function decimalText(scaled: bigint, decimals: number): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${negative ? '-' : ''}${digits.slice(0, point)}${decimals > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** A whole number of any size, stored as text. */
export const Big = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);
