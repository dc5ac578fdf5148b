import { exponentOf } from '@tidegate/contracts/billing/currencies';
import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { StoredInvoice } from '../invoices/invoice.rules.ts';
import { creditedTax } from '../invoices/tax.rules.ts';
import { decimalOf, unitPrice, written } from './exact-number.rules.ts';
import { INVOICE_WORDS } from './invoice-words.rules.ts';
import { type HasGlyph, shownLines, shownText } from './shown-text.rules.ts';

export interface PrintedLine {
  description: string;
  quantity: string;
  amount_minor: string;
  discount_minor: string;
  period_start: Date;
  period_end: Date;
}

export interface ToPrint {
  invoice: StoredInvoice;
  lines: readonly PrintedLine[];
  /** Who it is from, in lines. */
  seller: string;
  locale: Locale;
}

export type Fact = readonly [name: string, value: string];

/** What stands on an invoice, in words, before anything is drawn. */
export interface InvoiceSheet {
  title: string;
  state: string;
  seller: string[];
  customer: { title: string; lines: string[] };
  facts: Fact[];
  columns: readonly [string, string, string, string, string];
  rows: (readonly [description: string, period: string, quantity: string, unitPrice: string, amount: string])[];
  sums: Fact[];
  page: (page: number, of: number) => string;
}

/** Of the addresses: what does not fit beside each other on the first page. */
const MOST_ADDRESS_LINES = 10;
/** English as it is written where days come before months, as on every page of ours. */
const LANGUAGES: Record<Locale, string> = { en: 'en-GB', de: 'de-DE' };

export function invoiceSheet({ invoice, lines, seller, locale }: ToPrint, has: HasGlyph): InvoiceSheet {
  const words = INVOICE_WORDS[locale];
  const language = LANGUAGES[locale];
  const { currency } = invoice;
  const digits = exponentOf(currency);
  const days = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const text = (value: string) => shownText(value, has);
  const amount = (minor: bigint) => text(written(decimalOf(minor, digits), language));
  const sum = (minor: bigint) => `${amount(minor)} ${currency}`;
  const period = (from: Date, to: Date) =>
    from.getTime() === to.getTime() ? days.format(from) : `${days.format(from)} – ${days.format(to)}`;
  const { customer } = invoice;
  const number = text(invoice.number ?? '');
  return {
    title: `${words.invoice} ${number}`.trim(),
    state: [invoice.provider === 'demo' ? words.demo : '', stateOf(invoice, words, days)].filter(Boolean).join(' · '),
    seller: shownLines(seller, has, MOST_ADDRESS_LINES),
    customer: {
      title: words.to,
      lines: [
        ...(customer ? shownLines(`${customer.name}\n${customer.address ?? ''}`, has, MOST_ADDRESS_LINES) : []),
        ...(customer?.taxId ? [`${words.taxId}: ${text(customer.taxId)}`] : []),
      ],
    },
    facts: [
      [words.number, number],
      ...(invoice.issued_at ? [[words.issued, days.format(invoice.issued_at)] as const] : []),
      ...(invoice.due_at ? [[words.due, days.format(invoice.due_at)] as const] : []),
      [words.period, period(invoice.period_start, invoice.period_end)],
      ...(invoice.tax?.reverseCharge ? [[words.tax, words.reverseCharge] as const] : []),
    ],
    columns: [words.description, words.period, words.quantity, words.unitPrice, words.amount(currency)],
    rows: lines.map((line) => {
      const [whole, discount] = [BigInt(line.amount_minor), BigInt(line.discount_minor)];
      const price = unitPrice(whole, line.quantity, digits);
      const reduced = discount === 0n ? '' : `\n${words.lineDiscount}: ${amount(-discount)}`;
      return [
        text(line.description) + reduced,
        period(line.period_start, line.period_end),
        text(written(withoutZeros(line.quantity), language)),
        price === undefined ? '–' : text(written(price, language)),
        amount(whole),
      ];
    }),
    sums: sumsOf(invoice, words, taxName(invoice, words, language)).map(([name, minor]) => [text(name), sum(minor)]),
    page: words.page,
  };
}

type Words = (typeof INVOICE_WORDS)[Locale];

function stateOf({ status, paid_at }: StoredInvoice, words: Words, days: Intl.DateTimeFormat): string {
  if (status !== 'paid') return words.states[status];
  return paid_at ? words.paidOn(days.format(paid_at)) : words.paid;
}

/** What is nothing is left out, but for tax, total and what is left to pay. */
function sumsOf(invoice: StoredInvoice, words: Words, taxed: string): (readonly [string, bigint])[] {
  const [discount, fromBalance, credited] = [
    BigInt(invoice.discount_minor),
    BigInt(invoice.from_balance_minor),
    BigInt(invoice.credited_minor),
  ];
  const [tax, total] = [BigInt(invoice.tax_minor), BigInt(invoice.total_minor)];
  const inCredits = creditedTax({ tax, total, credited });
  return [
    [words.subtotal, BigInt(invoice.subtotal_minor)],
    ...(discount === 0n ? [] : [[words.discount, -discount] as const]),
    ...(fromBalance < 0n ? [[words.toBalance, -fromBalance] as const] : []),
    [taxed, tax],
    [words.total, total],
    ...(fromBalance > 0n ? [[words.fromBalance, -fromBalance] as const] : []),
    ...(credited === 0n ? [] : [[words.credited, -credited] as const]),
    ...(inCredits === 0n ? [] : [[words.ofIt(taxed), -inCredits] as const]),
    [words.left, BigInt(invoice.due_minor)],
  ];
}

/** As the operator calls it, with its rate. */
const taxName = ({ tax }: StoredInvoice, words: Words, language: string): string =>
  tax ? `${tax.name} ${written(tax.rate, language)} %` : words.tax;

const withoutZeros = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);
