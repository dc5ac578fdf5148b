import { Link, useParams } from '@tanstack/react-router';
import type { ListedStatement, StatementChange } from '@tidegate/client';
import { Changed } from '../kernel/changed.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { bytes, exact, share, short, took } from '../kernel/format.ts';
import { Spark } from '../kernel/spark.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import type { RangeSearch } from '../kernel/time-range.ts';
import classes from './statement-table.module.css';

const MARKS: Record<StatementChange, Mark> = { new: 'info', regressed: 'warning', improved: 'ok' };
const WORDS: Record<StatementChange, string> = {
  new: 'New',
  regressed: 'Slower',
  improved: 'Faster',
};

interface Props {
  items: ListedStatement[];
  search: RangeSearch;
  sort?: string;
  onSort?: (key: string) => void;
  sortable?: readonly string[];
  more?: () => void;
  selected?: string;
  /** Shows one beside the list. */
  onOpen?: (statementId: string) => void;
}

export function StatementTable({ items, search, onOpen, ...table }: Props) {
  const { org = '', serverId = '' } = useParams({ strict: false }) as { org?: string; serverId?: string };
  const columns: Column<ListedStatement>[] = [
    {
      key: 'text',
      title: t('Statement'),
      wide: true,
      value: ({ text }) => text,
      cell: ({ statementId, text, queryId }) => (
        <Link
          className={`mono ${classes['text']}`}
          to="/o/$org/servers/$serverId/statements/$statementId"
          params={{ org, serverId, statementId }}
          search={rangeOnly(search)}
          title={text ?? ''}
        >
          {nameOf(text, queryId)}
        </Link>
      ),
    },
    {
      key: 'share',
      title: t('Share'),
      number: true,
      value: ({ share: part }) => part,
      cell: ({ share: part }) =>
        part === null ? (
          '–'
        ) : (
          <>
            <meter className={classes['share']} min={0} max={1} value={part} aria-hidden="true" />
            <span className={classes['percent']}>{share(part)}</span>
          </>
        ),
    },
    {
      key: 'spark',
      title: t('Trend'),
      value: ({ spark }) => spark?.map((ms) => Math.round(ms)).join(' '),
      cell: ({ spark }) => (spark ? <Spark values={spark} label={t('Time over the range')} /> : '–'),
    },
    {
      key: 'totalMs',
      title: t('Time'),
      number: true,
      value: ({ totalMs }) => totalMs,
      cell: ({ totalMs }) => took(totalMs),
    },
    {
      key: 'calls',
      title: t('Calls'),
      number: true,
      value: ({ calls }) => calls,
      cell: ({ calls }) => <span title={exact(calls)}>{short(calls)}</span>,
    },
    {
      key: 'meanMs',
      title: t('Mean'),
      number: true,
      value: ({ meanMs }) => meanMs,
      cell: ({ meanMs, calls, previous }) => (
        <Changed text={took(meanMs)} now={meanMs} before={comparable(calls, previous)} brief />
      ),
    },
    {
      key: 'change',
      title: t('Change'),
      value: ({ change }) => change,
      cell: ({ change }) => (change ? <StateMark mark={MARKS[change]}>{t(WORDS[change])}</StateMark> : ''),
    },
    { key: 'rows', title: t('Rows'), number: true, value: ({ rows }) => rows, cell: ({ rows }) => short(rows) },
    {
      key: 'ioReadMs',
      title: t('Reading'),
      number: true,
      hidden: true,
      value: ({ ioReadMs }) => ioReadMs,
      cell: ({ ioReadMs }) => took(ioReadMs),
    },
    {
      key: 'walBytes',
      title: t('WAL'),
      number: true,
      hidden: true,
      value: ({ walBytes }) => walBytes,
      cell: ({ walBytes }) => bytes(walBytes),
    },
    { key: 'database', title: t('Database'), hidden: true, value: ({ database }) => database },
    { key: 'role', title: t('Role'), hidden: true, value: ({ role }) => role },
  ];
  return (
    <DataTable<ListedStatement>
      name={t('Statements')}
      rows={items}
      columns={columns}
      rowKey={({ statementId }) => statementId}
      {...(onOpen
        ? {
            opens: {
              open: onOpen,
              label: ({ text, queryId }) => t('Beside the list: {text}', { text: nameOf(text, queryId) }),
            },
          }
        : {})}
      {...table}
    />
  );
}

const nameOf = (text: string | null, queryId: string): string =>
  text?.replace(/\s+/g, ' ').slice(0, 200) ?? t('text not read yet ({queryId})', { queryId });

/** Below ten calls a mean says little. */
export const comparable = (calls: number, previous: ListedStatement['previous']): number | null =>
  previous && calls >= 10 && previous.calls >= 10 ? previous.meanMs : null;

/** Another page has no use for the order and the search of this one. */
export const rangeOnly = ({ range, from, to }: RangeSearch): RangeSearch => ({
  ...(range ? { range } : {}),
  ...(from && to ? { from, to } : {}),
});
