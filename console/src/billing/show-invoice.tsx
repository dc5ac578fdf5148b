import { getRouteApi } from '@tanstack/react-router';
import { useRead } from '../kernel/api.ts';
import { day, money } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { InvoiceLines } from './invoice-lines.tsx';
import { SaveInvoice } from './save-invoice.tsx';

const route = getRouteApi('/o/$org/billing/invoices/$invoiceId');

export function ShowInvoice() {
  const { invoiceId } = route.useParams();
  const invoice = useRead('invoicesGet', { invoiceId });
  return (
    <Reading of={invoice}>
      {({ lines, ...one }) => (
        <Page
          title={one.number ? t('Invoice {number}', { number: one.number }) : t('Draft of an invoice')}
          lead={t(one.status)}
          actions={
            <>
              {one.url ? <a href={one.url}>{t('Pay')}</a> : null}
              <SaveInvoice invoice={one} />
            </>
          }
        >
          <InvoiceLines lines={lines} currency={one.currency} />
          <dl className="facts">
            {[
              [t('Discount'), one.discountMinor],
              [t('Tax'), one.taxMinor],
              [t('Total'), one.totalMinor],
              [t('From the balance'), one.fromBalanceMinor],
              [t('Credited'), one.creditedMinor],
              [t('Left to pay'), one.dueMinor],
            ].map(([name, amount]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{money(Number(amount), one.currency)}</dd>
              </div>
            ))}
            {one.dueAt ? (
              <div>
                <dt>{t('Due')}</dt>
                <dd>{day(one.dueAt)}</dd>
              </div>
            ) : null}
          </dl>
        </Page>
      )}
    </Reading>
  );
}
