import type { RejectedUsage } from '@tidegate/client';
import type { Column } from '../kernel/data-table.tsx';
import { exact } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';

type Shown = Pick<RejectedUsage, 'lastAt' | 'message' | 'times' | 'event'>;

/** When an event was refused last. */
export const refusedAt = <Row extends Shown>(): Column<Row> => ({
  key: 'at',
  title: t('Last time'),
  value: ({ lastAt }) => lastAt,
  cell: ({ lastAt }) => <Moment at={lastAt} />,
});

/** Why, how often, and what it was. */
export const refusedColumns = <Row extends Shown>(): Column<Row>[] => [
  { key: 'why', title: t('Why'), value: ({ message }) => message, wide: true },
  { key: 'times', title: t('How often'), number: true, value: ({ times }) => times, cell: ({ times }) => exact(times) },
  {
    key: 'event',
    title: t('Event'),
    wide: true,
    value: ({ event }) => event,
    cell: ({ event }) => <span className="mono">{event}</span>,
  },
];
