import { summarizeBot } from '@tidegate/contracts/bot-executor/bots';
import { newId } from '@tidegate/database/ids';
import { settingsA } from '../../test/markets.ts';
import { openService, type Service } from '../../test/service.ts';
import { boundHistory, MAX_LEDGER, MAX_ORDERS } from './bot-history.rows.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

test('a bot keeps its newest orders and ledger entries; its summary is of everything that it ever did', async () => {
  const settings = settingsA('long', { baseOrder: '100', averagingOrders: { count: 0, size: '100' } });
  // Every candle is a trade: four of each, an order in and one out.
  const swings = Array.from({ length: 1_200 }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: i * 300_000, open, high, low: open, close: open };
  });
  const one = await service.startBot(settings, swings);
  const runner = service.runner();
  while ((await runner.turn({ signal: new AbortController().signal })) === 'again');
  const summary = () => service.call(summarizeBot, { botId: one.id }, { ...one, userId: newId() });
  const count = () =>
    service.tenants.run(one.orgId, (tx) =>
      tx.one<Record<string, number>>(
        `select (select count(*)::int from orders) as orders, (select count(*)::int from fills) as fills,
                (select count(*)::int from trades) as trades, (select count(*)::int from ledger) as ledger,
                (select orders_kept from bots) as kept, (select min(number) from trades) as first`,
      ),
    );
  const [before, all] = [await summary(), await count()];
  expect(all).toMatchObject({ orders: 2_400, fills: 2_400, trades: 1_200, ledger: 4_800, kept: 2_400, first: 1 });

  await service.tenants.run(one.orgId, (tx) => tx.query('update bots set orders_kept = $1', [MAX_ORDERS]));
  const bound = () =>
    service.tenants.run(one.orgId, (tx) => boundHistory(tx, one.id, { placed: 1, sequence: MAX_LEDGER + 800 }));
  await bound();
  expect(await count()).toMatchObject({ orders: 900, fills: 900, trades: 450, ledger: 4_000, first: 751 });
  expect(await summary()).toEqual(before);
  // Below the limit nothing more goes; above it everything closed does, and the sums stay.
  await bound();
  expect(await count()).toMatchObject({ orders: 900, kept: MAX_ORDERS - 1_498 });
  await service.tenants.run(one.orgId, (tx) => tx.query('update bots set orders_kept = $1', [MAX_ORDERS]));
  await bound();
  expect(await count()).toMatchObject({ orders: 0, trades: 0 });
  expect(await summary()).toEqual(before);
});
