import type { InvoiceTax } from '@tidegate/contracts/billing/invoice-tax';
import type { InvoiceCustomer } from '@tidegate/contracts/billing/invoices';
import { divideRounded } from '../prices/rounding.rules.ts';

/** What the operator adds to own invoices. */
export interface TaxTerms {
  name: string;
  /** Percent, exact decimal text. */
  rate: string;
  /** Whose customers pay it; undefined: all. */
  countries: ReadonlySet<string> | undefined;
  /** Whose customers owe it themselves when they have a tax number. */
  reverseCharge: ReadonlySet<string>;
}

/** The tax of whoever an invoice is made out to; null: none. Who has named no country pays it. */
export function taxOf(
  terms: TaxTerms | undefined,
  { country, taxId }: Pick<InvoiceCustomer, 'country' | 'taxId'>,
): InvoiceTax | null {
  if (!terms) return null;
  const { name, rate, countries, reverseCharge } = terms;
  if (country && taxId && reverseCharge.has(country)) return { name, rate: '0', reverseCharge: true };
  if (country && countries && !countries.has(country)) return null;
  return { name, rate, reverseCharge: false };
}

/** Of a line, after what a coupon takes from it, to the smallest unit: halves away from zero, so that a credit undoes a charge. */
export function taxOn(net: bigint, tax: InvoiceTax | null): bigint {
  if (!tax) return 0n;
  const [whole = '0', fraction = ''] = tax.rate.split('.');
  return divideRounded(net * BigInt(whole + fraction), 100n * 10n ** BigInt(fraction.length));
}

/** What of an invoice's credits is tax: all of it when everything is credited, and never a unit more. */
export const creditedTax = ({ tax, total, credited }: { tax: bigint; total: bigint; credited: bigint }): bigint =>
  total <= 0n ? 0n : divideRounded(credited * tax, total);
