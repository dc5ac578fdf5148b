import { getRouteApi } from '@tanstack/react-router';
import { useRead } from '../kernel/api.ts';
import { day, money } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { InvoiceLines } from './invoice-lines.tsx';

const route = getRouteApi('/o/$org/billing/invoices/$invoiceId');

export function ShowInvoice() {
  const { invoiceId } = route.useParams();
  const invoice = useRead('invoicesGet', { invoiceId });
  return (
    <Reading of={invoice}>
      {({
        number,
        status,
        currency,
        lines,
        totalMinor,
        discountMinor,
        taxMinor,
        fromBalanceMinor,
        creditedMinor,
        dueMinor,
        dueAt,
        url,
      }) => (
        <Page
          title={number ? t('Invoice {number}', { number }) : t('Draft of an invoice')}
          lead={t(status)}
          actions={url ? <a href={url}>{t('Pay')}</a> : null}
        >
          <InvoiceLines lines={lines} currency={currency} />
          <dl className="facts">
            {[
              [t('Discount'), discountMinor],
              [t('Tax'), taxMinor],
              [t('Total'), totalMinor],
              [t('From the balance'), fromBalanceMinor],
              [t('Credited'), creditedMinor],
              [t('Left to pay'), dueMinor],
            ].map(([name, amount]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{money(Number(amount), currency)}</dd>
              </div>
            ))}
            {dueAt ? (
              <div>
                <dt>{t('Due')}</dt>
                <dd>{day(dueAt)}</dd>
              </div>
            ) : null}
          </dl>
        </Page>
      )}
    </Reading>
  );
}
