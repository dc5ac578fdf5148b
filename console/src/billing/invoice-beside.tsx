import { Link } from '@tanstack/react-router';
import { useOrg, useRead } from '../kernel/api.ts';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { INVOICE_MARKS } from '../records/invoice-columns.tsx';
import { InvoiceDetail, invoiceName } from './invoice-detail.tsx';
import { SaveInvoice } from './save-invoice.tsx';

/** An invoice beside the list of all. */
export function InvoiceBeside({ invoiceId }: { invoiceId: string }) {
  const org = useOrg();
  const invoice = useRead('invoicesGet', { invoiceId });
  return (
    <Reading of={invoice}>
      {(one) => (
        <div className="stack">
          <h3>{invoiceName(one.number)}</h3>
          <div className="row">
            <StateMark mark={INVOICE_MARKS[one.status]}>{t(one.status)}</StateMark>
            <Link to="/o/$org/billing/invoices/$invoiceId" params={{ org, invoiceId }}>
              {t('Open its page')}
            </Link>
            {one.url ? <a href={one.url}>{t('Pay')}</a> : null}
            <SaveInvoice invoice={one} />
          </div>
          <InvoiceDetail invoice={one} part="lines" />
        </div>
      )}
    </Reading>
  );
}
