import type { PaymentFact } from '@tidegate/client';
import { paymentsListSort } from '@tidegate/client/generated/choices';
import { moneyColumn } from '../kernel/amount-column.tsx';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { dated, day, money } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** The card that is charged, and whether that works. Nothing where nobody pays by card. */
export function HowPaid() {
  const method = useRead('paymentsMethod', {}).data;
  if (!method || (method.card === null && !method.failing)) return null;
  const { card, failing, staleSince } = method;
  return (
    <section aria-label={t('How it is paid')}>
      <h2>{t('How it is paid')}</h2>
      <p className="row">
        {card ? (
          <StateMark mark={card.expired ? 'warning' : 'ok'}>
            {card.expired
              ? t('{brand} ending in {last4}, expired in {expires}', wordsOf(card))
              : t('{brand} ending in {last4}, until {expires}', wordsOf(card))}
          </StateMark>
        ) : null}
        {failing ? <StateMark mark="critical">{t('The last payment failed, and is still owed.')}</StateMark> : null}
        {staleSince ? (
          <span className="quiet">
            <Moment at={staleSince}>
              {t('As of {at}: the payment provider has not answered since.', { at: dated(staleSince) })}
            </Moment>
          </span>
        ) : null}
      </p>
    </section>
  );
}

const wordsOf = ({ brand, last4, expires }: { brand: string; last4: string; expires: string }) => ({
  brand,
  last4,
  expires,
});

const KINDS: Record<PaymentFact['kind'], string> = {
  invoice_issued: 'Invoice issued',
  invoice_paid: 'Invoice paid',
  payment_failed: 'Payment failed',
  invoice_uncollectible: 'Invoice given up',
  invoice_voided: 'Invoice withdrawn',
  refunded: 'Refunded',
  credited: 'Credited',
  disputed: 'Disputed at the bank',
  trial_refused: 'Trial refused',
  dispute_won: 'Dispute won',
  dispute_lost: 'Dispute lost',
};

/** What the payment provider has said. Nothing where there is none. */
export function Payments() {
  const payments = useSortedPages(
    'paymentsList',
    { limit: 25, count: true },
    { sorts: paymentsListSort, part: 'payments' },
  );
  if (!payments.data || payments.data.items.length === 0) return null;
  return (
    <>
      <h2>{t('Payments')}</h2>
      <Reading of={payments}>
        {({ items, more, first }) => (
          <DataTable
            part="payments"
            {...payments.table}
            name={t('Payments')}
            rows={items}
            columns={columns()}
            rowKey={({ kind, at, reference }) => `${kind} ${at} ${reference}`}
            more={more}
            total={first.total}
          />
        )}
      </Reading>
    </>
  );
}

const columns = (): Column<PaymentFact>[] => [
  { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
  { key: 'kind', title: t('What'), value: ({ kind }) => t(KINDS[kind]) },
  moneyColumn({
    key: 'amount',
    title: t('Amount'),
    minor: ({ amountMinor, currency }) => (currency ? amountMinor : null),
    currency: ({ currency }) => currency ?? '',
  }),
  { key: 'reference', title: t('Reference'), value: ({ reference }) => reference },
];

/** Payments that a bank was asked to take back. */
export function Disputes() {
  const disputes = useRead('disputesList', {}).data?.items ?? [];
  if (disputes.length === 0) return null;
  return (
    <>
      <h2>{t('Disputed payments')}</h2>
      <ul>
        {disputes.map(({ id, state, amountMinor, currency, openedAt, readOnly }) => (
          <li key={id}>
            <StateMark mark={state === 'open' ? 'pending' : state === 'lost' ? 'critical' : 'ok'}>
              <Moment at={openedAt}>
                {t('{amount}, {at}', { amount: money(amountMinor, currency), at: day(openedAt) })}
              </Moment>
              : {t(WORDS[state])}
            </StateMark>{' '}
            {readOnly ? t('What was paid for can only be read: ask the operator of this installation.') : ''}
          </li>
        ))}
      </ul>
    </>
  );
}

const WORDS = { open: 'the bank decides', won: 'the payment stands', lost: 'the bank took it back' } as const;
