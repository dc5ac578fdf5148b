import { exponentOf } from '@tidegate/contracts/billing/currencies';

/** Of whole minor units, exact: digits are only moved behind the point. */
export function decimalOf(minor: number, currency: string): string {
  const digits = exponentOf(currency);
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
