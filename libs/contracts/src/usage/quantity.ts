import { z } from 'zod';
import { MAX_QUANTITY } from './event.ts';

/*
 * Quantities are exact. A meter has 0 to 6 digits behind the point; inside, a quantity is the whole number of its smallest
 * steps (0.25 of a meter with two digits is 25), and nothing ever adds floating-point numbers. Outside it is a number in
 * units. JSON numbers are read as doubles by most programs, which hold 15 digits exactly, and so do these.
 */

/** How much an event or a request says: a number, or an exact decimal as text. */
export const Quantity = z
  .union([
    z.number().min(0).max(MAX_QUANTITY),
    z.string().regex(/^(0|[1-9]\d{0,9})(\.\d{1,20})?$/, 'a decimal number such as "12.5", without exponent'),
  ])
  .meta({
    id: 'Quantity',
    description:
      'A number, or an exact decimal as text such as "12.5", with at most as many digits behind the point as the meter has',
    examples: [1],
  });
export type Quantity = z.infer<typeof Quantity>;

/** A figure of a meter in an answer: in units, with at most as many digits behind the point as the meter has. */
export const Figure = z.number().meta({ id: 'Figure', description: 'In units of the meter' });

/** In smallest steps; undefined for what the meter cannot hold exactly. */
export function stepsOf(quantity: Quantity, decimals: number): number | undefined {
  if (decimals === 0 && Number.isInteger(quantity))
    return Math.abs(quantity as number) <= MAX_QUANTITY ? (quantity as number) : undefined;
  const [, whole, fraction = ''] = /^(\d{1,10})(?:\.(\d+?)0*)?$/.exec(String(quantity)) ?? [];
  const digits = /^0*$/.test(fraction) ? '' : fraction;
  if (whole === undefined || digits.length > decimals) return undefined;
  const steps = Number(whole + digits.padEnd(decimals, '0'));
  return steps <= MAX_QUANTITY * 10 ** decimals ? steps : undefined;
}

/** What to say where `stepsOf` knows no answer. */
export const wantedQuantity = (decimals: number): string =>
  decimals === 0
    ? `a whole number up to ${MAX_QUANTITY}`
    : `a number up to ${MAX_QUANTITY} with at most ${decimals} digits behind the point`;

/** Exact decimal text of a number of smallest steps. */
export function textOf(steps: bigint | number | string, decimals: number): string {
  const text = String(steps);
  if (decimals === 0) return text;
  const [sign, digits] = text.startsWith('-') ? ['-', text.slice(1)] : ['', text];
  const padded = digits.padStart(decimals + 1, '0');
  const fraction = padded.slice(-decimals).replace(/0+$/, '');
  return `${sign}${padded.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The same as a number. */
export const unitsOf = (steps: bigint | number | string, decimals: number): number => Number(textOf(steps, decimals));

/** A limit in whole units as smallest steps; one that no counter can reach stays the largest that there is. */
export const limitInSteps = (limit: number, decimals: number): number =>
  Math.min(limit * 10 ** decimals, Number.MAX_SAFE_INTEGER);

/** A figure in smallest steps: what was divided by a power of ten is exact again when it is rounded. */
export const inSteps = (units: number, decimals: number): number =>
  decimals === 0 ? units : Math.round(units * 10 ** decimals);
