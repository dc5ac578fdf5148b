import type { InvoicesGetOutput } from '@tidegate/client';
import { Fact } from '../kernel/fact.tsx';
import { day, decimal, money } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';
import { InvoiceLines } from './invoice-lines.tsx';

export const invoiceName = (number: string | null): string =>
  number ? t('Invoice {number}', { number }) : t('Draft of an invoice');

/** What is charged, and what of it is left to pay. `part`: of a page that has another table. */
export function InvoiceDetail({ invoice: { lines, ...one }, part }: { invoice: InvoicesGetOutput; part?: string }) {
  // What there is none of is said of these only.
  const tax = one.tax ? `${one.tax.name} ${decimal(one.tax.rate)} %` : t('Tax');
  const always = [tax, t('Total'), t('Left to pay')];
  return (
    <>
      <InvoiceLines lines={lines} currency={one.currency} {...(part ? { part } : {})} />
      <dl className="facts">
        {(
          [
            [t('Discount'), one.discountMinor],
            [tax, one.taxMinor],
            [t('Total'), one.totalMinor],
            [t('From the balance'), one.fromBalanceMinor],
            [t('Credited'), one.creditedMinor],
            [t('Of it {tax}', { tax }), one.creditedTaxMinor ?? 0],
            [t('Left to pay'), one.dueMinor],
          ] as const
        )
          .filter(([name, amount]) => amount !== 0 || always.includes(name))
          .map(([name, amount]) => (
            <Fact key={name} name={name} value={money(amount, one.currency)} />
          ))}
        {one.tax?.reverseCharge ? <Fact name={t('Tax')} value={t('Reverse charge: the customer owes it.')} /> : null}
        {one.issuedAt ? <Fact name={t('Issued')} value={<Moment at={one.issuedAt} as={day} />} /> : null}
        {one.dueAt ? <Fact name={t('Due')} value={<Moment at={one.dueAt} as={day} />} /> : null}
      </dl>
    </>
  );
}
