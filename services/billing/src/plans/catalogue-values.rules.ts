import { exponentOf, isCurrency } from '@tidegate/contracts/billing/currencies';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { z } from 'zod';

/* The values of a catalogue, judged as they are written: a number stays text until every character of it is valid. */

const PLAIN = /^(0|[1-9]\d*|[1-9]\d{0,2}(_\d{3})+)$/;
export const WHOLE = 'a whole number such as 5 or 10_000';

const toNumber = (text: string): number => Number(text.replaceAll('_', ''));

/** A whole number. `message` describes a text that is not one. */
function wholeNumber(message: (written: string) => string) {
  return z
    .string({ error: () => message('') })
    .regex(PLAIN, { error: ({ input }) => message(String(input)) })
    .transform(toNumber)
    .refine(Number.isSafeInteger, 'Write a number up to 9007199254740991.');
}

/** Schemas of whole numbers: an editor sees numbers where the reader sees the text that was written. */
export const WHOLE_NUMBERS = new WeakSet<z.core.$ZodType>();

function whole<S extends z.core.$ZodType>(schema: S): S {
  WHOLE_NUMBERS.add(schema);
  return schema;
}

export const Whole = whole(wholeNumber((written) => `${hint(written, withoutPoint)}Write ${WHOLE}.`));
export const LimitValue = z.union([Whole, z.literal('unlimited').transform(() => null)]);

/** A whole number within bounds. */
export const wholeBetween = (least: number, most: number) => {
  const expected = `Write a whole number from ${least} to ${most}.`;
  return whole(
    wholeNumber((written) => `${hint(written, withoutPoint)}${expected}`).refine(
      (value) => value >= least && value <= most,
      expected,
    ),
  );
};

/** What is wrong with a value that should be a whole number, when its meaning can be guessed. */
export const hintOfNumber = (written: unknown): string =>
  typeof written === 'string' && !PLAIN.test(written) ? hint(written, withoutPoint) : '';

/** A price in minor units. 29.00 is refused and told how to write it: read as 29 it would be a hundredth of the price. */
export const minorUnits = (currency: string) =>
  wholeNumber(
    (written) =>
      `${hint(written, (whole, fraction) => inMinorUnits(whole, fraction, currency))}Write the price in the smallest ` +
      `unit of ${currency}, in digits only: ${example(currency)}.`,
  );

/** A price for one unit, in whole units of the currency and exact: 0.01 is a cent. Zeros at the end mean nothing. */
export const decimalPrice = (currency: string) =>
  decimal(
    /^(0|[1-9]\d{0,14})(\.\d{1,12})?$/,
    `Write the price of one unit in whole ${currency} as a decimal such as 0.01, with at most 12 digits behind the point.`,
  );

/** More than 0 and at most 100 per cent, with at most two digits behind the point. */
const PERCENT = 'Write a number above 0 up to 100, such as 20 or 12.5. It is per cent.';
export const PercentValue = decimal(/^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/, PERCENT).refine(
  (text) => text !== '0' && !/^0\d/.test(text),
  PERCENT,
);

function decimal(pattern: RegExp, message: string) {
  return z
    .string({ error: message })
    .regex(pattern, message)
    .transform((text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text));
}

/** A currency of ISO 4217. */
const CURRENCY = 'Write a currency of ISO 4217 as three capital letters, such as EUR.';
export const CurrencyCode = z
  .string({ error: CURRENCY })
  .regex(/^[A-Z]{3}$/, CURRENCY)
  .refine(isCurrency, CURRENCY);

export const YesNo = z.boolean({ error: 'Write true or false.' });

/** A single line without invisible characters. */
export const line = (max: number) =>
  z.string({ error: 'Write a text.' }).superRefine((text, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const clean = cleanName(text);
    if (clean === '') refuse('Write a text.');
    else if (clean !== text) refuse(`Write ${JSON.stringify(clean)}: on one line, without invisible characters.`);
    else if (text.length > max) refuse(`Write at most ${max} characters; these are ${text.length}.`);
  });

function hint(written: string, meant: (whole: string, fraction: string) => string | undefined): string {
  const [, whole, fraction = ''] = /^\+?(\d[\d_]*)(?:\.(\d*))?$/.exec(written) ?? [];
  const cure = whole === undefined ? undefined : meant(digits(whole), fraction);
  return cure === undefined || cure === written ? '' : `${written} is written ${cure}. `;
}

/** `007` is 7 and `29_00` is 2900. */
const digits = (text: string): string => text.replaceAll('_', '').replace(/^0+(?=\d)/, '');

/** `10.0` is 10; a fraction, an exponent or another base has no certain meaning. */
const withoutPoint = (whole: string, fraction: string): string | undefined =>
  /[^0]/.test(fraction) ? undefined : whole;

/** The digits of 29.00 in minor units, computed on text: money is never a float. */
function inMinorUnits(whole: string, fraction: string, currency: string): string | undefined {
  const places = exponentOrTwo(currency);
  if (/[^0]/.test(fraction.slice(places))) return undefined;
  return fraction === '' ? whole : digits(whole + fraction.slice(0, places).padEnd(places, '0'));
}

function example(currency: string): string {
  const places = exponentOrTwo(currency);
  const text = '2900'.padStart(places + 1, '0');
  const large = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  return `2900 is ${large} ${currency}`;
}

/** An unknown currency is refused where it is named; its prices are judged all the same. */
const exponentOrTwo = (currency: string): number => (isCurrency(currency) ? exponentOf(currency) : 2);
