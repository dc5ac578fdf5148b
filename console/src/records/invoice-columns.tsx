import type { Invoice } from '@tidegate/client';
import { moneyColumn } from '../kernel/amount-column.tsx';
import type { Column } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

export const INVOICE_MARKS: Record<Invoice['status'], Mark> = {
  draft: 'pending',
  open: 'info',
  paid: 'ok',
  void: 'stale',
  uncollectible: 'critical',
};

type Shown = Pick<Invoice, 'issuedAt' | 'status' | 'totalMinor' | 'dueMinor' | 'currency'>;

/** When an invoice was issued, what has become of it, and how much it is about. */
export const invoiceColumns = <Row extends Shown>(): Column<Row>[] => [
  {
    key: 'issued',
    title: t('Issued'),
    value: ({ issuedAt }) => issuedAt,
    cell: ({ issuedAt }) => (issuedAt ? <Moment at={issuedAt} as={day} /> : '–'),
  },
  {
    key: 'status',
    title: t('State'),
    value: ({ status }) => status,
    cell: ({ status }) => <StateMark mark={INVOICE_MARKS[status]}>{t(status)}</StateMark>,
  },
  moneyColumn({
    key: 'total',
    title: t('Total'),
    minor: ({ totalMinor }) => totalMinor,
    currency: ({ currency }) => currency,
  }),
  moneyColumn({
    key: 'due',
    title: t('Left to pay'),
    minor: ({ dueMinor }) => dueMinor,
    currency: ({ currency }) => currency,
  }),
];
