/* Quantities are exact: whole numbers of millionths, the smallest step that a meter may have. */

const DIGITS = 6;
export const ONE = 10n ** BigInt(DIGITS);

/** Of a number or a decimal text. */
export function millionths(quantity: number | string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(quantity)) ?? [];
  if (sign === undefined || /[1-9]/.test(fraction.slice(DIGITS))) throw new Error(`${quantity} is no quantity.`);
  const value = BigInt(whole) * ONE + BigInt(fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return sign === '-' ? -value : value;
}

export function decimalOf(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}${fraction && `.${fraction}`}`;
}
