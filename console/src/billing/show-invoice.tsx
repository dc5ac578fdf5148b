import { getRouteApi } from '@tanstack/react-router';
import { useRead } from '../kernel/api.ts';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { INVOICE_MARKS } from '../records/invoice-columns.tsx';
import { InvoiceDetail, invoiceName } from './invoice-detail.tsx';
import { SaveInvoice } from './save-invoice.tsx';

const route = getRouteApi('/o/$org/billing/invoices/$invoiceId');

export function ShowInvoice() {
  const { invoiceId } = route.useParams();
  const invoice = useRead('invoicesGet', { invoiceId });
  return (
    <Reading of={invoice}>
      {(one) => (
        <Page
          title={invoiceName(one.number)}
          lead={<StateMark mark={INVOICE_MARKS[one.status]}>{t(one.status)}</StateMark>}
          actions={
            <>
              {one.url ? <a href={one.url}>{t('Pay')}</a> : null}
              <SaveInvoice invoice={one} />
            </>
          }
        >
          <InvoiceDetail invoice={one} />
        </Page>
      )}
    </Reading>
  );
}
