import { Checkbox, NumberInput } from '@mantine/core';
import type { InvoiceOfAny } from '@tidegate/client';
import { invoicesCredit, invoicesPay, invoicesVoid } from '@tidegate/client/generated/limits/operator';
import { useState } from 'react';
import { usePages, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { minorOf, money } from '../kernel/format.ts';
import { amountLimits } from '../kernel/limits.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { invoiceColumns } from '../records/invoice-columns.tsx';
import { ReasonForm } from './reason-form.tsx';

/** Invoices of an organisation. Those of this installation are marked as paid, withdrawn or credited here; Stripe's there. */
export function Invoices({ organisationId }: { organisationId: string }) {
  const invoices = usePages('invoicesListAll', { organisationId, limit: 25 });
  return (
    <section aria-label={t('Invoices')}>
      <h2>{t('Invoices')}</h2>
      <Reading of={invoices}>
        {({ items, more }) =>
          items.length === 0 ? (
            <p className="quiet">{t('There is none yet.')}</p>
          ) : (
            <DataTable
              part="invoices"
              name={t('Invoices')}
              rows={items}
              columns={columns()}
              rowKey={({ id }) => id}
              more={more}
            />
          )
        }
      </Reading>
    </section>
  );
}

const columns = (): Column<InvoiceOfAny>[] => [
  { key: 'number', title: t('Number'), value: ({ number }) => number },
  ...invoiceColumns<InvoiceOfAny>(),
  { key: 'decide', title: '', value: () => null, cell: (invoice) => <Acts invoice={invoice} /> },
];

function Acts({ invoice }: { invoice: InvoiceOfAny }) {
  if (invoice.provider !== 'manual') return null;
  const number = invoice.number ?? '';
  const isOpen = invoice.status === 'open' || invoice.status === 'uncollectible';
  const left = invoice.totalMinor - invoice.creditedMinor;
  return (
    <span className="row">
      {isOpen ? (
        <DialogButton label={t('Mark as paid')} question={t('Mark the invoice {number} as paid?', { number })}>
          {(close) => <MarkPaid invoice={invoice} onDone={close} />}
        </DialogButton>
      ) : null}
      {(isOpen || invoice.status === 'paid') && left > 0 ? (
        <DialogButton label={t('Credit a part')} question={t('Credit a part of the invoice {number}?', { number })}>
          {(close) => <CreditPart invoice={invoice} left={left} onDone={close} />}
        </DialogButton>
      ) : null}
      {isOpen ? (
        <DialogButton label={t('Withdraw')} question={t('Withdraw the invoice {number}?', { number })}>
          {(close) => <Withdraw invoice={invoice} onDone={close} />}
        </DialogButton>
      ) : null}
    </span>
  );
}

interface Opened {
  invoice: InvoiceOfAny;
  onDone: () => void;
}

const idsOf = ({ organisationId, id }: InvoiceOfAny) => ({ organisationId, invoiceId: id });

function MarkPaid({ invoice, onDone }: Opened) {
  const pay = useWrite('invoicesPay', { onDone });
  return (
    <ReasonForm
      label={t('Mark as paid')}
      consequence={t('{amount} was paid outside this installation. What was overdue because of it is not any more.', {
        amount: money(invoice.dueMinor, invoice.currency),
      })}
      limit={invoicesPay.reason}
      write={pay}
      onSend={(reason) => pay.mutate({ ...idsOf(invoice), reason })}
    />
  );
}

function Withdraw({ invoice, onDone }: Opened) {
  const withdraw = useWrite('invoicesVoid', { onDone });
  return (
    <ReasonForm
      label={t('Withdraw it')}
      consequence={t('Nothing of it is owed any more. What was paid from the balance returns to it.')}
      dangerous
      limit={invoicesVoid.reason}
      write={withdraw}
      onSend={(reason) => withdraw.mutate({ ...idsOf(invoice), reason })}
    />
  );
}

function CreditPart({ invoice, left, onDone }: Opened & { left: number }) {
  const { currency } = invoice;
  const credit = useWrite('invoicesCredit', { onDone });
  // Of this dialog: a second click, or one after a lost answer, credits nothing twice.
  const [creditKey] = useState(() => crypto.randomUUID());
  const digits = minorOf(currency);
  const [amount, setAmount] = useState<number | string>(left / 10 ** digits);
  const [refunded, setRefunded] = useState(false);
  const amountMinor = Math.round(Number(amount) * 10 ** digits);
  return (
    <ReasonForm
      label={t('Credit it')}
      consequence={t('What is not paid yet is owed no longer; what is paid already goes to the balance.')}
      dangerous
      limit={invoicesCredit.reason}
      write={credit}
      disabled={!(amountMinor >= 1 && amountMinor <= left)}
      onSend={(reason) => credit.mutate({ ...idsOf(invoice), creditKey, amountMinor, refunded, reason })}
    >
      <NumberInput
        label={t('Amount, in {currency}', { currency })}
        description={t('At most {amount}.', { amount: money(left, currency) })}
        value={amount}
        onChange={setAmount}
        {...amountLimits(invoicesCredit.amountMinor, digits)}
      />
      <Checkbox
        label={t('The money was returned outside: the balance gets nothing')}
        checked={refunded}
        onChange={({ currentTarget }) => setRefunded(currentTarget.checked)}
      />
    </ReasonForm>
  );
}
