import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Page } from '../kernel/page.tsx';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { BotState } from './bot-state.tsx';

export function ListBots() {
  const org = useOrg();
  const bots = usePages('botsList', { limit: 100 }, { everyMs: 10_000 });
  const columns: Column<Bot>[] = [
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <BotState status={status} />,
    },
    {
      key: 'name',
      title: t('Name'),
      value: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link to="/o/$org/bots/$botId" params={{ org, botId: id }}>
          {name}
        </Link>
      ),
    },
    { key: 'market', title: t('Market'), value: ({ settings }) => settings.market },
    {
      key: 'mode',
      title: t('Money'),
      value: ({ mode }) => mode,
      cell: ({ mode }) => <span className="outlined">{mode.toUpperCase()}</span>,
    },
    { key: 'trades', title: t('Closed trades'), number: true, value: ({ closedTrades }) => closedTrades },
    {
      key: 'profit',
      title: t('Profit of them'),
      number: true,
      value: ({ profit }) => Number(profit),
      cell: ({ profit, settings }) => <Profit amount={profit} currency={settings.market.split(/[-/]/)[1] ?? ''} />,
    },
    {
      key: 'waiting',
      title: t('Waits because'),
      wide: true,
      value: ({ waiting, halted }) => halted?.message ?? waiting?.message,
    },
  ];
  return (
    <Page
      title={t('Bots')}
      actions={
        <Button renderRoot={(props) => <Link to="/o/$org/bots/new" params={{ org }} {...props} />}>
          {t('Create a bot')}
        </Button>
      }
    >
      <Reading of={bots}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No bot yet')}>
              {t('A bot trades on paper until you give it an account: nothing can be lost.')}
            </Empty>
          ) : (
            <DataTable name={t('Bots')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
    </Page>
  );
}
