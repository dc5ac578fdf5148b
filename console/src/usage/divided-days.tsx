import { Link } from '@tanstack/react-router';
import type { HistoryGroup, UsageHistoryOutput } from '@tidegate/client';
import { useMemo } from 'react';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { exact, short } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { KEY, type Share, seriesOf, shareOf } from './divided.rules.ts';

interface Props {
  split: string;
  history: UsageHistoryOutput;
  range: { from: string; to: string };
  /** Which share's events are shown below. */
  selected: string | undefined;
}

/** The days of a meter by key, source or dimension, and what each has of the whole. */
export function DividedDays({ split, history: { items, groups = [], total, timeZone }, range, selected }: Props) {
  const instants = useMemo(() => items.map(({ start }) => Date.parse(start)), [items]);
  const series = useMemo(() => {
    const starts = items.map(({ start }) => start);
    const nameOf = (group: HistoryGroup) => inWords(shareOf(split, group), split);
    return seriesOf(groups, starts, { nameOf, rest: t('All others') });
  }, [items, groups, split]);
  return (
    <>
      <TimeChart
        title={t('By day, in {zone}', { zone: timeZone })}
        summary={t('{total} in all, of {count, plural, one {# share} other {# shares}}', {
          total: exact(total),
          count: groups.length,
        })}
        range={range}
        instants={instants}
        series={series}
        stacked
        format={short}
      />
      <DataTable
        name={t('Shares')}
        rows={groups}
        columns={columns(split, total)}
        rowKey={(group) => keyOf(shareOf(split, group))}
        {...(selected === undefined ? {} : { selected: `named ${selected}` })}
      />
    </>
  );
}

const keyOf = (share: Share): string => (share.kind === 'named' ? `named ${share.value}` : share.kind);

function inWords(share: Share, split: string): string {
  if (share.kind === 'others') return t('All others');
  if (share.kind === 'none') return split === KEY ? t('Without a key') : t('Not said');
  return share.name;
}

const columns = (split: string, total: number): Column<HistoryGroup>[] => [
  {
    key: 'share',
    title: t('Share'),
    value: (group) => inWords(shareOf(split, group), split),
    cell: (group) => <Name share={shareOf(split, group)} split={split} />,
  },
  {
    key: 'quantity',
    title: t('Used'),
    number: true,
    value: (group) => group.total,
    cell: (group) => exact(group.total),
  },
  {
    key: 'percent',
    title: t('Of all'),
    number: true,
    value: (group) => (total > 0 ? Math.round((group.total / total) * 1_000) / 10 : null),
    cell: (group) => (total > 0 ? `${exact(Math.round((group.total / total) * 1_000) / 10)} %` : '–'),
  },
  ...(split === KEY ? keyColumns() : []),
];

const keyColumns = (): Column<HistoryGroup>[] => [
  {
    key: 'prefix',
    title: t('API key'),
    value: ({ key }) => key?.prefix,
    cell: ({ key }) => (key ? <span className="mono">{key.prefix}…</span> : '–'),
  },
  {
    key: 'endedAt',
    title: t('Ended'),
    value: ({ key }) => key?.endedAt,
    cell: ({ key }) => (key?.endedAt ? <Moment at={key.endedAt} /> : '–'),
  },
];

/** Leads to its events. */
function Name({ share, split }: { share: Share; split: string }) {
  if (share.kind !== 'named') return inWords(share, split);
  return (
    <Link to="." search={(before: object) => ({ ...before, of: share.value }) as never}>
      {share.name}
    </Link>
  );
}
