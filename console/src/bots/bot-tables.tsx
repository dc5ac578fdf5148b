import type { Bot, LedgerEntry, Trade } from '@tidegate/client';
import { usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { entryColumns, outcomeColumns } from '../ladder/trade-columns.tsx';
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
    ...entryColumns<Trade>(),
    { key: 'exit', title: t('Exit'), number: true, value: ({ exitPrice }) => exitPrice },
    ...outcomeColumns<Trade>(),
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
