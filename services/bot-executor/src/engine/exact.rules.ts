/** Exact fractions over BigInt: no rounding happens until somebody asks for a floor or a ceiling. */
export interface Fraction {
  readonly n: bigint;
  /** Above zero. */
  readonly d: bigint;
}

export const whole = (n: bigint | number): Fraction => ({ n: BigInt(n), d: 1n });

/** From decimal text such as `-12.50`. */
export function fraction(text: string): Fraction {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a decimal number.`);
  const [, sign, digits, decimals = ''] = match;
  const n = BigInt(`${digits}${decimals}`);
  return { n: sign ? -n : n, d: 10n ** BigInt(decimals.length) };
}

export const add = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const sub = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d - b.n * a.d, d: a.d * b.d });
export const mul = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
export const div = (a: Fraction, b: Fraction): Fraction =>
  b.n < 0n ? { n: -a.n * b.d, d: -(a.d * b.n) } : { n: a.n * b.d, d: a.d * b.n };
export const power = (a: Fraction, exponent: number): Fraction => ({
  n: a.n ** BigInt(exponent),
  d: a.d ** BigInt(exponent),
});
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

export function floor({ n, d }: Fraction): bigint {
  const quotient = n / d;
  return n < 0n && n % d !== 0n ? quotient - 1n : quotient;
}

export const ceil = ({ n, d }: Fraction): bigint => -floor({ n: -n, d });

/** Decimal text. Exact when the fraction has that few decimals, else cut off towards zero after `decimals`. */
export function toText({ n, d }: Fraction, decimals = 12): string {
  const scaled = (n * 10n ** BigInt(decimals)) / d;
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const integer = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${negative ? '-' : ''}${integer}${rest ? `.${rest}` : ''}`;
}
