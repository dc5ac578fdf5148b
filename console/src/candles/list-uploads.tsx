import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { CandleUpload } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { bytes } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const MARKS: Record<CandleUpload['status'], Mark> = {
  receiving: 'pending',
  queued: 'pending',
  running: 'pending',
  done: 'ok',
  failed: 'critical',
  cancelled: 'stale',
};
const WORDS: Record<CandleUpload['status'], string> = {
  receiving: 'Arrives',
  queued: 'Waits',
  running: 'Is read',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const STATES = Object.keys(WORDS) as CandleUpload['status'][];
const route = getRouteApi('/o/$org/candles');

/** Large files: how far each is, and why one failed. */
export function ListUploads() {
  const { upload: status } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = { limit: 20, count: true, ...(status ? { status } : {}) };
  const uploads = usePages('candlesListUploads', asked, { everyMs: 3_000 });
  const may = useMay()('candlesCancelUpload');
  const cancel = useWrite('candlesCancelUpload');
  const columns: Column<CandleUpload>[] = [
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <StateMark mark={MARKS[status]}>{t(WORDS[status])}</StateMark>,
    },
    {
      key: 'at',
      title: t('Time'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    { key: 'market', title: t('Market'), value: ({ market, interval }) => `${market} ${interval}` },
    {
      key: 'bytes',
      title: t('Arrived'),
      number: true,
      value: ({ bytes: arrived }) => arrived,
      cell: ({ bytes: arrived }) => bytes(arrived),
    },
    { key: 'rows', title: t('Lines read'), number: true, value: ({ rowsRead }) => rowsRead },
    { key: 'added', title: t('New candles'), number: true, value: ({ added }) => added },
    { key: 'why', title: t('Why it failed'), wide: true, value: ({ failure }) => failure },
    {
      key: 'cancel',
      title: '',
      value: () => undefined,
      cell: ({ id, status }) =>
        may && (status === 'receiving' || status === 'queued' || status === 'running') ? (
          <Button size="compact-xs" variant="default" onClick={() => cancel.mutate({ uploadId: id })}>
            {t('Cancel')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <ProblemNote error={cancel.error} />
      <Reading of={uploads}>
        {({ items, more, first: { counts } }) =>
          items.length === 0 && !status ? null : (
            <>
              <h2>{t('Large files')}</h2>
              <CountedSelect
                label={t('State of the file')}
                all={t('All states')}
                kinds={STATES.map((one) => [one, t(WORDS[one])] as const)}
                value={status}
                counts={counts}
                onChange={(next) => void navigate({ search: (before) => ({ ...before, upload: next }) as never })}
              />
              <DataTable
                part="uploads"
                name={t('Large files')}
                rows={items}
                columns={columns}
                rowKey={({ id }) => id}
                more={more}
                total={totalOf(counts, status)}
              />
            </>
          )
        }
      </Reading>
    </>
  );
}
