import { showWaits } from '@tidegate/contracts/monitor-agent/blocking';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { STORE_VERSIONS } from '../../test/postgres-server.ts';
import { generator } from '../../test/random.ts';
import { rollUpBackward, rollUpForward, rollUpLate } from '../kernel/storage/roll-up.ts';
import { RollUpWaits } from './roll-up-waits.loop.ts';
import { ShowWaits } from './show-waits.ts';
import { WAIT_SUMS } from './wait-rollups.rows.ts';
import { waitSlices, waitsOfRange } from './waits.rows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGIN = Date.UTC(2026, 0, 30);
const DAYS = 8;
const END = BEGIN + DAYS * DAY;
const EVENTS = [null, 'transactionid', 'DataFileRead', 'ClientRead'];

interface Snapshot {
  at: number;
  spanMs: number;
  waits: [
    state: string,
    type: string | null,
    event: string | null,
    query: string | null,
    database: string,
    n: number,
  ][];
}

describe.each(STORE_VERSIONS)('sums of waits ($name)', (binaries) => {
  const store = useStore({ binaries });
  beforeAll(async () => {
    for (let day = BEGIN; day < END; day += DAY) {
      const [from, to] = [day, day + DAY].map((one) => new Date(one).toISOString());
      const name = `activity_samples_${from?.slice(0, 10).replaceAll('-', '')}`;
      await store.server.sql(
        `create table monitor_agent.${name} partition of monitor_agent.activity_samples for values from ('${from}') to ('${to}')`,
      );
    }
  });
  afterEach(() => store.releaseServers());
  type Watched = Awaited<ReturnType<typeof addServer>>;

  function snapshots(random: (below: number) => number): Snapshot[] {
    const made: Snapshot[] = [];
    for (let at = BEGIN + random(HOUR); at < END - HOUR; at += 7 * MINUTE + random(20 * MINUTE)) {
      if (random(40) === 0) at += random(9) * HOUR;
      const waits = Array.from({ length: random(4) }, (_, n): Snapshot['waits'][number] => {
        const event = EVENTS[random(EVENTS.length)] ?? null;
        return [
          'active',
          event && 'IO',
          event,
          random(5) === 0 ? null : `${1 + n * 10 + random(3)}`,
          'shop',
          1 + random(9),
        ];
      });
      made.push({ at, spanMs: 1 + random(20_000), waits });
    }
    return made;
  }

  const insert = ({ orgId, serverId }: Watched, snapshot: Snapshot) =>
    store.tenants.run(orgId, async (tx) => {
      await tx.query(
        `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting, others,
           longest_transaction_us, busy, groups, sessions, locks, waits, span_ms)
         values ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, '[]', '[]', '[]', $4, $5)`,
        [orgId, serverId, new Date(snapshot.at), JSON.stringify(snapshot.waits), snapshot.spanMs],
      );
      await rollUpLate(tx, WAIT_SUMS, 'activity_samples', { serverId, takenAt: new Date(snapshot.at) });
    });

  /** Sessions on average by event, and by statement, as adding up every snapshot says it. */
  function truth(all: readonly Snapshot[], from: number, to: number) {
    const inside = all.filter(({ at }) => at >= from && at < to);
    const observed = inside.reduce((sum, { spanMs }) => sum + spanMs, 0);
    const by = (key: (wait: Snapshot['waits'][number]) => string) => {
      const sums = new Map<string, number>();
      for (const { spanMs, waits } of inside)
        for (const wait of waits) sums.set(key(wait), (sums.get(key(wait)) ?? 0) + wait[5] * spanMs);
      return new Map([...sums].map(([one, ms]) => [one, ms / observed]));
    };
    return { observed, events: by(([, , event]) => `${event}`), statements: by(([, , , query]) => `${query}`) };
  }

  async function agree(
    { orgId, serverId }: Watched,
    all: readonly Snapshot[],
    from: number,
    to: number,
  ): Promise<void> {
    const input = { serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const seen = await store.call(new ShowWaits(), showWaits, input, orgId);
    const { observed, events, statements } = truth(all, from, to);
    expect(seen.range.coveredSeconds).toBeCloseTo(observed / 1_000, 3);
    const same = (found: readonly [string, number][], expected: ReadonlyMap<string, number>) => {
      expect(found.map(([name]) => name).sort()).toEqual([...expected.keys()].sort());
      for (const [name, sessions] of found) expect(sessions).toBeCloseTo(expected.get(name) ?? 0, 2);
    };
    same(
      seen.waits.map(({ waitEvent, sessions }) => [`${waitEvent}`, sessions]),
      events,
    );
    const named = Map.groupBy(seen.statements, ({ queryId }) => `${queryId}`);
    same(
      [...named].map(([name, some]) => [name, some.reduce((sum, { sessions }) => sum + sessions, 0)]),
      statements,
    );
    // Slices have all of it, and so have those of one statement.
    const range = { from: new Date(from), to: new Date(to) };
    await store.tenants.read(orgId, async (tx) => {
      const of = await waitsOfRange(tx, serverId, range);
      const total = (slices: Awaited<ReturnType<typeof waitSlices>>) =>
        slices.reduce((sum, { sums }) => sum + sums.reduce((ms, { sessionMs }) => ms + sessionMs, 0), 0);
      const every = await waitSlices(tx, serverId, of);
      expect(every.length).toBeLessThanOrEqual(121);
      expect(every.reduce((sum, { observedMs }) => sum + observedMs, 0)).toBeCloseTo(observed, 0);
      const sessions = [...events.values()].reduce((sum, one) => sum + one, 0);
      expect(total(every) / Math.max(1, observed)).toBeCloseTo(observed > 0 ? sessions : 0, 3);
      const one = await waitSlices(tx, serverId, of, { queryId: '11', database: 'shop' });
      expect(total(one) / Math.max(1, observed)).toBeCloseTo(statements.get('11') ?? 0, 3);
    });
  }

  test('are what counting every snapshot gives, before, while and after they are added up, and where some came late', async () => {
    const at = await addServer(store, store.server);
    const { orgId, serverId } = at;
    const random = generator(7);
    const all = snapshots(random);
    const late = all.filter((_, index) => index % 13 === 5);
    const early = all.filter((one) => !late.includes(one));
    for (const one of early) await insert(at, one);
    const ranges = (of: readonly Snapshot[]) => [
      () => agree(at, of, BEGIN, END),
      () => agree(at, of, BEGIN + 5 * HOUR + 17 * MINUTE, END - 9 * HOUR - 3 * MINUTE),
      // Longer than the slices of hours are for: whole days are read.
      () => agree(at, of, BEGIN - 70 * DAY, END),
      () => agree(at, of, BEGIN + DAY, BEGIN + DAY + 3 * HOUR),
    ];
    const check = async (of: readonly Snapshot[]) => {
      for (const one of ranges(of)) await one();
    };
    await check(early);
    const forward = (now: number) => store.tenants.run(orgId, (tx) => rollUpForward(tx, WAIT_SUMS, serverId, now));
    while (await forward(BEGIN + 3 * DAY + 10 * HOUR + 20 * MINUTE));
    while (await store.tenants.run(orgId, (tx) => rollUpBackward(tx, WAIT_SUMS, serverId)));
    await check(early);
    for (const one of late) await insert(at, one);
    await check(all);
    const loop = () => {
      const replica = new RollUpWaits(store.tenants, new Log());
      replica.now = () => END + HOUR;
      return replica.turn({ signal: new AbortController().signal });
    };
    await Promise.all([loop(), loop()]);
    await check(all);
    const others = await store.call(new ShowWaits(), showWaits, { serverId }, newId()).catch((error) => error);
    expect(others).toMatchObject({ code: 'not_found' });
  });

  test('a server that names thousands of statements and waits in an hour fills no more than a row', async () => {
    const at = await addServer(store, store.server);
    const { orgId, serverId } = at;
    const waits = Array.from({ length: 2_000 }, (_, n): Snapshot['waits'][number] => [
      ...(['active', 'Extension', `event ${n % 400}`, `${n}`, 'shop', 1] as const),
    ]);
    await insert(at, { at: BEGIN + MINUTE, spanMs: 10_000, waits });
    await store.tenants.run(orgId, (tx) => rollUpForward(tx, WAIT_SUMS, serverId, BEGIN + 2 * HOUR));
    while (await store.tenants.run(orgId, (tx) => rollUpBackward(tx, WAIT_SUMS, serverId)));
    const [row] = await store.server.sql<{ waits: number; statements: number; named: number }>(
      `select cardinality(states) as waits, cardinality(query_ids) as statements, cardinality(array_remove(query_ids, null)) as named
         from monitor_agent.wait_rollups where server_id = '${serverId}' and unit = 'hour'`,
    );
    expect(row).toEqual({ waits: 300, statements: expect.any(Number), named: 500 });
    expect(row?.statements).toBeLessThanOrEqual(800);
  });
});
