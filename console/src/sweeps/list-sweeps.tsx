import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Sweep } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { MARKS, WORDS } from './sweep-words.ts';

export function ListSweeps() {
  const org = useOrg();
  const sweeps = usePages('sweepsList', { limit: 50 }, { everyMs: 10_000 });
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
      value: ({ vary }) => vary.map((one) => one.setting).join(', '),
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
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No sweep yet')}>{t('A sweep tries every combination of the values that you give.')}</Empty>
          ) : (
            <DataTable name={t('Sweeps')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
    </Page>
  );
}
