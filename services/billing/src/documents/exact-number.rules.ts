/* Exact decimals as text, from whole numbers: nothing here is a float. */

/** 12345 with 2 digits is 123.45, with 0 it is 12345. */
export function decimalOf(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : '';
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Digits of a unit price beyond those of the currency. */
const MORE_DIGITS = 6;

/**
 * What one unit costs, exactly; undefined where that cannot be said, as with a tier of usage or a part of a period: a rounded price
 * times the quantity would be another amount.
 */
export function unitPrice(amount: bigint, quantity: string, digits: number): string | undefined {
  const [whole = '', fraction = ''] = quantity.replace(/(\.\d*?)0+$/, '$1').split('.');
  const units = BigInt(whole + fraction);
  if (units <= 0n) return undefined;
  for (let more = 0; more <= MORE_DIGITS; more += 1) {
    const scaled = amount * 10n ** BigInt(fraction.length + more);
    if (scaled % units === 0n) return decimalOf(scaled / units, digits + more);
  }
  return undefined;
}

const formats = new Map<string, Intl.NumberFormat>();

/** As people write it in that language, whatever its size. */
export function written(decimal: string, locale: string): string {
  const digits = decimal.split('.')[1]?.length ?? 0;
  const key = `${locale} ${digits}`;
  // Making one takes longer than drawing a line.
  const format =
    formats.get(key) ?? new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formats.set(key, format);
  // A decimal as text is formatted as it is, without becoming a float.
  return format.format(decimal as Intl.StringNumericLiteral);
}
