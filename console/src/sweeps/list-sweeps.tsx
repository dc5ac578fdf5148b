import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Sweep } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { settingName } from '../ladder/setting-names.ts';
import { MARKS, STATES, WORDS } from './sweep-words.ts';

const route = getRouteApi('/o/$org/sweeps');

export function ListSweeps() {
  const org = useOrg();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = { limit: 50, count: true, ...(status ? { status } : {}) };
  const sweeps = usePages('sweepsList', asked, { everyMs: 10_000 });
  const columns: Column<Sweep>[] = [
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <StateMark mark={MARKS[status]}>{t(WORDS[status])}</StateMark>,
    },
    {
      key: 'created',
      title: t('Ordered'),
      value: ({ createdAt }) => createdAt,
      cell: ({ id, createdAt }) => (
        <Link to="/o/$org/sweeps/$sweepId" params={{ org, sweepId: id }}>
          <Moment at={createdAt} />
        </Link>
      ),
    },
    { key: 'market', title: t('Market'), value: ({ settings }) => settings.market },
    { key: 'kind', title: t('Kind'), value: ({ walkForward }) => (walkForward ? t('walk-forward') : t('ranking')) },
    {
      key: 'vary',
      title: t('Settings varied'),
      wide: true,
      value: ({ vary }) => vary.map((one) => settingName(one.setting)).join(', '),
    },
    { key: 'runs', title: t('Backtests'), number: true, value: ({ done, runs }) => `${done} / ${runs}` },
  ];
  return (
    <Page
      title={t('Sweeps')}
      lead={t('Many settings over the same candles, and how much of the result lasts.')}
      actions={
        <May op="sweepsCreate">
          <Button renderRoot={(props) => <Link to="/o/$org/sweeps/new" params={{ org }} {...props} />}>
            {t('Start a sweep')}
          </Button>
        </May>
      }
    >
      <Reading of={sweeps}>
        {({ items, more, first: { counts } }) =>
          items.length === 0 && !status ? (
            <Empty title={t('No sweep yet')}>{t('A sweep tries every combination of the values that you give.')}</Empty>
          ) : (
            <>
              <div className="row">
                <CountedSelect
                  label={t('State')}
                  all={t('All states')}
                  kinds={STATES.map((one) => [one, t(WORDS[one])] as const)}
                  value={status}
                  counts={counts}
                  onChange={(next) => void navigate({ search: (before) => ({ ...before, status: next }) as never })}
                />
              </div>
              <DataTable
                name={t('Sweeps')}
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
    </Page>
  );
}
