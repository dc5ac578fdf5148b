import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import fc from 'fast-check';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { isBadData } from './usage-writer.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const now = Date.now();
let made = 0;
function event(org: string, given: Partial<UsageEvent> = {}): UsageEvent {
  made += 1;
  const at = new Date(now).toISOString();
  return { id: `e${made}`, org, meter: 'calls', quantity: 1, at, source: 'test', ...given };
}

async function newOrg(given: Parameters<typeof snapshot>[0] = {}): Promise<string> {
  const entitlements = snapshot(given);
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}

/** Raw rows, hours and balances must always tell the same. */
async function totals(org: string): Promise<{ raw: number; hours: number; balances: number; events: number }> {
  return usage.tenants.run(org, async (tx) => {
    const row = await tx.one<Record<'raw' | 'hours' | 'balances' | 'events', string>>(
      `select (select coalesce(sum(quantity), 0) from usage_events) as raw,
              (select coalesce(sum(quantity), 0) from usage_hours) as hours,
              (select coalesce(sum(used), 0) from usage_balances) as balances,
              (select coalesce(sum(events), 0) from usage_hours) as events`,
    );
    return {
      raw: Number(row?.raw),
      hours: Number(row?.hours),
      balances: Number(row?.balances),
      events: Number(row?.events),
    };
  });
}
const same = (quantity: number, events: number) => ({ raw: quantity, hours: quantity, balances: quantity, events });

interface Alert {
  percent: number;
  used: number;
  limit: number;
  orgId: string;
}

function alerts(org: string): Promise<Alert[]> {
  return usage.tenants.as({}, async (tx) => {
    const rows = await tx.query<{ body: string }>(
      "select body from outbox where subject = 'evt.usage.quota.reached.v1' order by id",
    );
    return rows.map((row) => JSON.parse(row.body) as Alert).filter((alert) => alert.orgId === org);
  });
}

test('an event counts once: in one batch, in the next, and with another time', async () => {
  const org = await newOrg();
  const first = event(org, { quantity: 3 });
  expect(await usage.writer().writeBatch([first, first, first])).toMatchObject({ accepted: 1, duplicates: 2 });
  const yesterday = new Date(now - 86_400_000).toISOString();
  const again = [first, { ...first, at: yesterday }];
  expect(await usage.writer().writeBatch(again)).toMatchObject({ accepted: 0, duplicates: 2 });
  expect(await totals(org)).toEqual(same(3, 1));
});

test('what a service of ours reports counts now, and once, when its clock was ahead', async () => {
  const org = await newOrg();
  const ahead = event(org, { quantity: 3, at: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await usage.writer().writeBatch([ahead])).toMatchObject({ accepted: 1, rejected: new Map() });
  expect(await usage.writer().writeBatch([ahead])).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await totals(org)).toEqual(same(3, 1));
  const [counted] = await usage.tenants.run(org, (tx) =>
    tx.query<{ late: boolean }>('select at <= now() as late from usage_events'),
  );
  expect(counted).toEqual({ late: true });
});

test('the same id counts again for another source and for another organisation', async () => {
  const [one, two] = [await newOrg(), await newOrg()];
  const first = event(one, { source: 'a-b', id: 'c' });
  const others = [
    { ...first, source: 'a', id: 'b-c' },
    { ...first, org: two },
  ];
  expect(await usage.writer().writeBatch([first, ...others])).toMatchObject({ accepted: 3, duplicates: 0 });
  expect(await totals(one)).toEqual(same(2, 2));
});

test('the same id with another quantity or meter is a conflict: the first counts, the other is rejected', async () => {
  const org = await newOrg();
  const first = event(org, { quantity: 5 });
  await usage.writer().writeBatch([first]);
  const { rejected, duplicates } = await usage
    .writer()
    .writeBatch([{ ...first, quantity: 6 }, { ...first, meter: 'mails' }, first]);
  expect([...rejected].map(([index, { code }]) => [index, code]).sort()).toEqual([
    [0, 'conflict'],
    [1, 'conflict'],
  ]);
  expect(duplicates).toBe(1);
  expect(await totals(org)).toEqual(same(5, 1));
  const kept = await usage.tenants.read(org, (tx) => tx.query('select code from rejected_events'));
  expect(kept).toEqual([{ code: 'conflict' }, { code: 'conflict' }]);
});

test('late events count in their own hour and period', async () => {
  const recent = new Date(now - 3_600_000).toISOString();
  const org = await newOrg({ anchor: recent });
  const late = [event(org, { at: new Date(now - 20 * 86_400_000).toISOString(), quantity: 7 }), event(org)];
  await usage.writer().writeBatch(late);
  const rows = await usage.tenants.read(org, (tx) =>
    tx.query<{ used: string }>('select used from usage_balances order by period_start'),
  );
  expect(rows).toEqual([{ used: '7' }, { used: '1' }]);
});

test('events of our own services count even when the plan lacks their meter', async () => {
  const org = await newOrg();
  await usage.nameMeter('bot_orders');
  expect(await usage.writer().writeBatch([event(org, { meter: 'bot_orders', quantity: 2 })])).toMatchObject({
    accepted: 1,
  });
  expect(await totals(org)).toEqual(same(2, 1));
});

test('a correction subtracts what was counted in excess', async () => {
  const org = await newOrg();
  await usage.writer().writeBatch([event(org, { quantity: 10 }), event(org, { quantity: -4 })]);
  expect(await totals(org)).toEqual(same(6, 2));
});

test('each threshold is announced once; an event that crosses both announces the higher one', async () => {
  const org = await newOrg({ calls: 10 });
  await usage.writer().writeBatch([event(org, { quantity: 4 })]);
  expect(await alerts(org)).toEqual([]);
  await usage.writer().writeBatch([event(org)]);
  await usage.writer().writeBatch([event(org, { quantity: 3 })]);
  await usage.writer().writeBatch([event(org)]);
  expect(await alerts(org)).toMatchObject([
    { percent: 50, used: 5, limit: 10 },
    { percent: 80, used: 8 },
  ]);
  await usage.writer().writeBatch([event(org, { quantity: 5 })]);
  await usage.writer().writeBatch([event(org, { quantity: 5 })]);
  expect((await alerts(org)).slice(2)).toMatchObject([{ percent: 100, used: 14 }]);
  const jumped = await newOrg({ calls: 3 });
  await usage.writer().writeBatch([event(jumped, { quantity: 3 })]);
  expect(await alerts(jumped)).toMatchObject([{ percent: 100 }]);
  await usage.writer().writeBatch([event(jumped, { quantity: -1 }), event(jumped)]);
  expect(await alerts(jumped)).toHaveLength(1);
});

test('a raised limit re-arms the thresholds above the balance', async () => {
  const org = await newOrg({ calls: 10 });
  await usage.writer().writeBatch([event(org, { quantity: 10 })]);
  await usage.arrive(snapshot({ orgId: org, calls: 12, version: 2 }));
  await usage.writer().writeBatch([event(org, { quantity: 2 })]);
  // 10 of 12 is still past 80 %, so only 100 % is announced again.
  expect((await alerts(org)).map(({ percent, limit }) => [percent, limit])).toEqual([
    [100, 10],
    [100, 12],
  ]);
});

test('a failed batch leaves nothing behind and can be resent', async () => {
  const org = await newOrg();
  const most = event(org, { quantity: 1_000_000_000 });
  await usage.writer().writeBatch([most]);
  await usage.tenants.run(org, (tx) => tx.query('update usage_balances set used = 9007199254740000'));
  const good = event(org);
  await expect(usage.writer().writeBatch([good, event(org, { quantity: 5_000 })])).rejects.toMatchObject({
    code: '23514',
  });
  expect(await usage.writer().writeBatch([good])).toMatchObject({ accepted: 1 });
});

test('a dropped partition is created again on the next attempt', async () => {
  const org = await newOrg();
  const writer = usage.writer();
  const late = () => event(org, { at: new Date(now - 25 * 86_400_000).toISOString() });
  const first = late();
  await writer.writeBatch([first]);
  const table = `usage_events_${first.at.slice(0, 10).replaceAll('-', '')}`;
  await usage.asAdmin((client) => client.query(`drop table usage.${table}`));
  const second = late();
  const failure = await writer.writeBatch([second]).catch((error: unknown) => error);
  expect(isBadData(failure)).toBe(false);
  expect(await writer.writeBatch([second])).toMatchObject({ accepted: 1 });
});

test('any resending, reordering and regrouping, by several writers at once, gives the sum of the distinct events', async () => {
  const times = [0, 1, 26, 700].map((hours) => new Date(now - hours * 3_600_000).toISOString());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 9 }), at: fc.constantFrom(...times) }), {
        minLength: 1,
        maxLength: 40,
      }),
      fc.infiniteStream(fc.nat(1_000)),
      async (given, random) => {
        const org = await newOrg({ calls: 50 });
        const distinct = given.map((one, index) => event(org, { ...one, id: `x${index}` }));
        const pick = () => random.next().value as number;
        const resent = distinct
          .flatMap((one) =>
            Array.from({ length: 1 + (pick() % 5) }, () => ({ ...one, at: times[pick() % 4] ?? one.at })),
          )
          .map((one) => ({ one, order: pick() }))
          .sort((a, b) => a.order - b.order)
          .map(({ one }) => one);
        const groups = [...Map.groupBy(resent, () => pick() % 6).values()];
        await Promise.all(groups.map((group) => usage.writer().writeBatch(group)));
        const sum = distinct.reduce((total, one) => total + one.quantity, 0);
        expect(await totals(org)).toEqual(same(sum, distinct.length));
      },
    ),
    { numRuns: 25 },
  );
});

test('two writers with the same batches do not deadlock', async () => {
  const orgs = await Promise.all(Array.from({ length: 5 }, () => newOrg()));
  const batches = Array.from({ length: 8 }, () =>
    Array.from({ length: 200 }, (_, index) =>
      event(orgs[index % 5] ?? newId(), { meter: index % 2 ? 'calls' : 'mails' }),
    ),
  );
  const replicas = [usage.writer(), usage.writer(), usage.writer()];
  const results = await Promise.all(
    replicas.map(async (writer) => {
      let accepted = 0;
      for (const batch of batches) accepted += (await writer.writeBatch(batch)).accepted;
      return accepted;
    }),
  );
  expect(results.reduce((sum, accepted) => sum + accepted, 0)).toBe(1_600);
  expect(await totals(orgs[0] ?? '')).toEqual(same(320, 320));
});
