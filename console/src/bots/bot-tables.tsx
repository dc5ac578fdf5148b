import type { Bot, LedgerEntry, Trade } from '@tidegate/client';
import { usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { decimal, rounded } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from '../ladder/order-words.ts';
import { TradeBeside } from './trade-beside.tsx';

export function Trades({ bot: { id: botId, feed } }: { bot: Bot }) {
  const trades = usePages('tradesList', { botId, limit: 50 }, { everyMs: 10_000 });
  const { opened, open } = useOpened();
  const columns: Column<Trade>[] = [
    { key: 'number', title: t('No.'), number: true, value: ({ number }) => number },
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <StateMark mark={status === 'open' ? 'pending' : 'ok'}>{t(status)}</StateMark>,
    },
    {
      key: 'opened',
      title: t('Opened'),
      value: ({ openedAt }) => openedAt,
      cell: ({ openedAt }) => <Moment at={openedAt} />,
    },
    {
      key: 'closed',
      title: t('Closed'),
      value: ({ closedAt }) => closedAt,
      cell: ({ closedAt }) => (closedAt ? <Moment at={closedAt} /> : '–'),
    },
    { key: 'fills', title: t('Averaging orders'), number: true, value: ({ averagingFills }) => averagingFills },
    {
      key: 'average',
      title: t('Average price'),
      number: true,
      value: ({ averagePrice }) => averagePrice,
      cell: ({ averagePrice }) =>
        averagePrice === null ? '–' : <span title={decimal(averagePrice)}>{rounded(averagePrice)}</span>,
    },
    { key: 'exit', title: t('Exit'), number: true, value: ({ exitPrice }) => exitPrice },
    {
      key: 'profit',
      title: t('Profit'),
      number: true,
      value: ({ profit }) => profit,
      cell: ({ profit, profitPercent }) =>
        profit === null ? (
          '–'
        ) : (
          <Profit amount={profit} currency={profitPercent === null ? '' : `(${decimal(profitPercent)} %)`} />
        ),
    },
    {
      key: 'by',
      title: t('Closed by'),
      value: ({ closedBy }) => closedBy,
      cell: ({ closedBy }) => (closedBy ? orderName(closedBy) : '–'),
    },
  ];
  return (
    <Reading of={trades}>
      {({ items, more }) => (
        <WithPanel title={t('Trade')} panel={(tradeId) => <TradeBeside tradeId={tradeId} feed={feed} />}>
          <DataTable
            name={t('Trades')}
            rows={items}
            columns={columns}
            rowKey={({ id }) => id}
            more={more}
            opens={{ open, label: ({ number }) => t('Beside the list: {text}', { text: String(number) }) }}
            {...(opened ? { selected: opened } : {})}
          />
        </WithPanel>
      )}
    </Reading>
  );
}

export function Ledger({ botId }: { botId: string }) {
  const ledger = usePages('ledgerList', { botId, limit: 100 });
  const columns: Column<LedgerEntry>[] = [
    { key: 'sequence', title: t('No.'), number: true, value: ({ sequence }) => sequence },
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    { key: 'kind', title: t('Kind'), value: ({ kind }) => t(kind) },
    {
      key: 'amount',
      title: t('Change'),
      number: true,
      value: ({ amount }) => amount,
      cell: ({ amount }) => <Profit amount={amount} currency="" every />,
    },
    { key: 'balance', title: t('Sum'), number: true, value: ({ balance }) => balance },
  ];
  return (
    <Reading of={ledger}>
      {({ items, more }) => (
        <DataTable
          name={t('Ledger')}
          rows={items}
          columns={columns}
          rowKey={({ sequence }) => String(sequence)}
          more={more}
        />
      )}
    </Reading>
  );
}
