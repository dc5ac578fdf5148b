import { NativeSelect } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Bot, LedgerEntry, Trade } from '@tidegate/client';
import { ledgerListKind, tradesListClosedBy, tradesListSort } from '@tidegate/client/generated/choices';
import { usePages } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from '../ladder/order-words.ts';
import { entryColumns, outcomeColumns } from '../ladder/trade-columns.tsx';
import { TradeBeside } from './trade-beside.tsx';

const route = getRouteApi('/o/$org/bots/$botId');
const wordOfSort = (sort: (typeof tradesListSort)[number]): string =>
  ({ newest: t('Newest first'), profit: t('Most profit first'), loss: t('Most loss first') })[sort];

/** Of the list that the page shows; what is open beside it may not be in it any more. */
function useChange() {
  const navigate = route.useNavigate();
  return (next: object) => void navigate({ search: (before) => ({ ...before, open: undefined, ...next }) as never });
}

export function Trades({ bot: { id: botId, feed } }: { bot: Bot }) {
  const { outcome, sort } = route.useSearch();
  const change = useChange();
  const of = outcome === 'open' ? { status: outcome } : outcome ? { closedBy: outcome } : {};
  const order = sort === 'profit' || sort === 'loss' ? { sort } : {};
  const trades = usePages('tradesList', { botId, limit: 50, count: true, ...of, ...order }, { everyMs: 10_000 });
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
      {({ items, more, first: { counts } }) => (
        <WithPanel title={t('Trade')} panel={(tradeId) => <TradeBeside tradeId={tradeId} feed={feed} />}>
          <div className="row">
            <CountedSelect
              label={t('Which trades')}
              all={t('All trades')}
              kinds={[['open', t('open')], ...tradesListClosedBy.map((one) => [one, orderName(one)] as const)]}
              value={outcome}
              counts={outcome === 'open' ? null : counts}
              onChange={(next) => change({ outcome: next })}
            />
            <NativeSelect
              aria-label={t('Which come first')}
              mb="sm"
              value={order.sort ?? ''}
              onChange={({ currentTarget: { value } }) => change({ sort: value || undefined })}
              data={tradesListSort.map((one) => ({ value: one === 'newest' ? '' : one, label: wordOfSort(one) }))}
            />
          </div>
          <DataTable
            name={t('Trades')}
            rows={items}
            columns={columns}
            rowKey={({ id }) => id}
            more={more}
            total={totalOf(counts, outcome === 'open' ? undefined : outcome)}
            opens={{ open, label: ({ number }) => t('Beside the list: {text}', { text: String(number) }) }}
            {...(opened ? { selected: opened } : {})}
          />
        </WithPanel>
      )}
    </Reading>
  );
}

export function Ledger({ botId }: { botId: string }) {
  const { kind: chosen, sort } = route.useSearch();
  const change = useChange();
  const of = chosen ? { kind: chosen } : {};
  const order = sort === 'newest' ? { sort } : {};
  const ledger = usePages('ledgerList', { botId, limit: 100, count: true, ...of, ...order });
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
      {({ items, more, first: { counts } }) => (
        <>
          <div className="row">
            <CountedSelect
              label={t('Kind')}
              all={t('All kinds')}
              kinds={ledgerListKind.map((one) => [one, t(one)] as const)}
              value={chosen}
              counts={counts}
              onChange={(next) => change({ kind: next })}
            />
            <NativeSelect
              aria-label={t('Which come first')}
              mb="sm"
              value={order.sort ?? ''}
              onChange={({ currentTarget: { value } }) => change({ sort: value || undefined })}
              data={[
                { value: '', label: t('Oldest first') },
                { value: 'newest', label: t('Newest first') },
              ]}
            />
          </div>
          <DataTable
            name={t('Ledger')}
            rows={items}
            columns={columns}
            rowKey={({ sequence }) => String(sequence)}
            more={more}
            total={totalOf(counts, chosen)}
          />
        </>
      )}
    </Reading>
  );
}
