import { listDatabases, listIndexes, listTables } from '@tidegate/contracts/monitor-agent/relations';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { STORE_VERSIONS } from '../../test/postgres-server.ts';
import { generator } from '../../test/random.ts';
import { createLease } from '../kernel/schedule/lease.rows.ts';
import { rollUpBackward, rollUpForward, rollUpLate } from '../kernel/storage/roll-up.ts';
import { insertSample, type SampleTable } from '../kernel/storage/sample.rows.ts';
import { ListDatabases } from './list-databases.ts';
import { ListIndexes } from './list-indexes.ts';
import { ListTables } from './list-tables.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from './relation-kinds.rows.ts';
import { RELATION_SUMS } from './relation-rollups.rows.ts';
import { RollUpRelations } from './roll-up-relations.loop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KINDS = [DATABASE_SAMPLES, TABLE_SAMPLES, INDEX_SAMPLES];
const SHOP = 5;
const MAIL = 6;
/** Over the end of a month. */
const BEGIN = Date.UTC(2026, 0, 30);
const DAYS = 4;
const END = BEGIN + DAYS * DAY;
const THINGS = 9;

interface Made {
  kind: SampleTable;
  scope: number;
  at: number;
  spanUs: number;
  deltas: { id: number; partial: boolean; counters: number[] }[];
}

describe.each(STORE_VERSIONS)('sums of databases, tables and indexes ($name)', (binaries) => {
  const store = useStore({ binaries });
  beforeAll(async () => {
    for (const { table } of KINDS)
      for (let day = BEGIN; day < END; day += DAY) {
        const [from, to] = [day, day + DAY].map((one) => new Date(one).toISOString());
        const name = `${table}_${from?.slice(0, 10).replaceAll('-', '')}`;
        await store.server.sql(
          `create table monitor_agent.${name} partition of monitor_agent.${table} for values from ('${from}') to ('${to}')`,
        );
      }
  });
  afterEach(() => store.releaseServers());

  async function watched() {
    const at = await addServer(store, store.server);
    await store.tenants.run(at.orgId, async (tx) => {
      for (const [oid, name] of [
        [SHOP, 'shop'],
        [MAIL, 'mail'],
      ])
        await tx.query(
          `insert into databases (org_id, server_id, oid, name, connections, transaction_age, counters)
           values ($1, $2, $3, $4, 0, 0, '{}')`,
          [at.orgId, at.serverId, oid, name],
        );
      await tx.query(
        `insert into tables (org_id, server_id, database_oid, oid, database_name, schema_name, name, kind, live_rows, dead_rows, counters)
         select $1, $2, d, n, '', 's', d || '/' || n, 'table', 0, 0, '{}' from unnest('{${SHOP},${MAIL}}'::int[]) d, generate_series(1, ${THINGS}) n`,
        [at.orgId, at.serverId],
      );
      await tx.query(
        `insert into indexes (org_id, server_id, database_oid, oid, table_oid, database_name, schema_name, table_name, name,
           is_unique, is_primary, is_valid, counters)
         select $1, $2, d, n, n, '', 's', '', d || '/' || n, false, false, true, '{}'
           from unnest('{${SHOP},${MAIL}}'::int[]) d, generate_series(1, ${THINGS}) n`,
        [at.orgId, at.serverId],
      );
    });
    return at;
  }
  type Watched = Awaited<ReturnType<typeof watched>>;

  /** Every few minutes, with holes of hours, snapshots that counted nothing, and resets. */
  function samples(random: (below: number) => number): Made[] {
    const made: Made[] = [];
    for (const kind of KINDS)
      for (const scope of kind === DATABASE_SAMPLES ? [0] : [SHOP, MAIL])
        for (let now = BEGIN + random(5 * HOUR); now < END - HOUR; now += MINUTE * (9 + random(30)) + random(MINUTE)) {
          if (random(30) === 0) now += random(20) * HOUR;
          if (now >= END) break;
          const ids =
            kind === DATABASE_SAMPLES ? [SHOP, MAIL] : Array.from({ length: THINGS }, (_, index) => index + 1);
          const deltas = ids
            .filter(() => random(3) === 0)
            .map((id) => ({
              id,
              partial: random(25) === 0,
              counters: kind.counters.map(() => (random(3) === 0 ? 0 : random(1e9) * 1_000 + random(1_000))),
            }));
          made.push({ kind, scope, at: now, spanUs: random(90_000_000), deltas });
        }
    return made;
  }

  const insert = ({ orgId, serverId }: Watched, { kind, scope, at, spanUs, deltas }: Made) =>
    store.tenants.run(orgId, async (tx) => {
      const takenAt = new Date(at);
      const extra = kind.scope ? [scope] : [];
      await insertSample(tx, kind, { serverId, takenAt, spanUs, deltas, extra });
      await rollUpLate(tx, RELATION_SUMS, kind.table, { serverId, takenAt });
    });

  const truth = (made: readonly Made[], kind: SampleTable, from: number, to: number) => {
    const inside = made.filter((one) => one.kind === kind && one.at >= from && one.at < to);
    const sums = new Map<string, { partial: boolean; counters: number[] }>();
    for (const { scope, deltas } of inside)
      for (const { id, partial, counters } of deltas) {
        const key = kind === DATABASE_SAMPLES ? `${id}` : `${scope}/${id}`;
        const sum = sums.get(key) ?? { partial: false, counters: counters.map(() => 0) };
        sums.set(key, {
          partial: sum.partial || partial,
          counters: sum.counters.map((one, index) => one + (counters[index] ?? 0)),
        });
      }
    const covered = Map.groupBy(inside, ({ scope }) => scope);
    const spans = [...covered.values()].map((some) => some.reduce((sum, { spanUs }) => sum + spanUs, 0));
    return { sums, covered: Math.max(0, ...spans) / 1_000_000 };
  };

  async function compare({ orgId, serverId }: Watched, made: readonly Made[], from: number, to: number): Promise<void> {
    const input = { serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const tables = await store.call(new ListTables(), listTables, { ...input, limit: 500 }, orgId);
    const indexes = await store.call(new ListIndexes(), listIndexes, { ...input, limit: 500 }, orgId);
    const databases = await store.call(new ListDatabases(), listDatabases, input, orgId);
    const same = (kind: SampleTable, covered: number, seen: [string, boolean, Record<string, number>][]) => {
      const expected = truth(made, kind, from, to);
      expect(covered).toBeCloseTo(expected.covered, 5);
      for (const [key, partial, figures] of seen) {
        const { partial: was, counters } = expected.sums.get(key) ?? { partial: false, counters: [] };
        expect([key, partial]).toEqual([key, was]);
        for (const [name, value] of Object.entries(figures))
          expect([key, name, value]).toEqual([key, name, counters[kind.counters.indexOf(name)] ?? 0]);
      }
    };
    same(
      TABLE_SAMPLES,
      tables.range.coveredSeconds,
      tables.items.map((one) => [
        one.name,
        one.partial,
        { sequential_scans: one.sequentialScans, rows_inserted: one.rowsInserted, blocks_hit: one.blocksHit },
      ]),
    );
    same(
      INDEX_SAMPLES,
      indexes.range.coveredSeconds,
      indexes.items.map((one) => [one.name, one.partial, { scans: one.scans, blocks_read: one.blocksRead }]),
    );
    same(
      DATABASE_SAMPLES,
      databases.range.coveredSeconds,
      databases.items.map((one) => [
        one.name === 'shop' ? `${SHOP}` : `${MAIL}`,
        one.partial,
        { commits: one.commits, deadlocks: one.deadlocks },
      ]),
    );
  }

  const ranges = (random: (below: number) => number, count: number) =>
    Array.from({ length: count }, () => {
      const any = () => {
        const at = BEGIN - 2 * HOUR + random(DAYS * 24 * 60 + 300) * MINUTE + random(MINUTE);
        const unit = [1, HOUR, DAY][random(3)] as number;
        return Math.floor(at / unit) * unit;
      };
      const [from, to] = [any(), any()].sort((a, b) => a - b) as [number, number];
      return [from, Math.max(to, from + 1)] as const;
    });
  const units = async ({ serverId }: Watched) => {
    const rows = await store.server.sql<{ unit: string; count: number }>(
      `select unit, count(*)::int as count from monitor_agent.table_rollups where server_id = '${serverId}' group by 1`,
    );
    return Object.fromEntries(rows.map(({ unit, count }) => [unit, count]));
  };

  test('are what counting all samples gives, before, while and after they are added up, and where some came late', async () => {
    const at = await watched();
    const { orgId, serverId } = at;
    const random = generator(11);
    const all = samples(random);
    const late = all.filter((_, index) => index % 17 === 3);
    const made = all.filter((one) => !late.includes(one));
    for (const one of made) await insert(at, one);
    const agree = async (count: number, of: readonly Made[]) => {
      for (const [from, to] of ranges(random, count)) await compare(at, of, from, to);
      await compare(at, of, BEGIN - HOUR, END + HOUR);
    };
    await agree(3, made);
    const forward = (now: number) => store.tenants.run(orgId, (tx) => rollUpForward(tx, RELATION_SUMS, serverId, now));
    const backward = () => store.tenants.run(orgId, (tx) => rollUpBackward(tx, RELATION_SUMS, serverId));
    // It begins in the middle of a day, in the month after the first samples.
    while (await forward(BEGIN + 2 * DAY + 10 * HOUR + 20 * MINUTE));
    await agree(3, made);
    while (await forward(BEGIN + 3 * DAY + 2 * HOUR + 20 * MINUTE));
    expect((await units(at))['day']).toBeUndefined();
    await agree(3, made);
    while (await backward()) await agree(3, made);
    expect(await units(at)).toEqual({ hour: expect.any(Number), day: 6, month: 4 });
    await agree(10, made);
    for (const one of late) await insert(at, one);
    await agree(10, all);
    while (await forward(END + HOUR));
    expect(await backward()).toBe(false);
    await agree(10, all);
    // Retention takes a month with its first day, and the rest of it is read by the day.
    await store.server.sql(
      `delete from monitor_agent.database_rollups where server_id = '${serverId}' and unit = 'month'`,
    );
    await agree(5, all);
  });

  test('are right whoever adds them up at the same time, and while samples still come', async () => {
    const at = await watched();
    await store.tenants.run(at.orgId, (tx) => createLease(tx, at.serverId)).catch(() => {});
    const random = generator(5);
    const all = samples(random);
    const [first, second] = [all.filter((_, index) => index % 2 === 0), all.filter((_, index) => index % 2 === 1)];
    for (const one of first) await insert(at, one);
    const replica = () => {
      const loop = new RollUpRelations(store.tenants, new Log());
      loop.now = () => BEGIN + 2 * DAY + 5 * HOUR;
      return async () => {
        for (let turn = 0; turn < 2; turn += 1) await loop.turn({ signal: new AbortController().signal });
      };
    };
    const writer = async () => {
      for (const one of second) await insert(at, one);
    };
    await Promise.all([replica()(), replica()(), writer()]);
    await compare(at, all, BEGIN, END);
    for (const [from, to] of ranges(random, 8)) await compare(at, all, from, to);
    expect((await units(at))['month']).toBeGreaterThan(0);
    const others = await store
      .call(new ListTables(), listTables, { serverId: at.serverId }, newId())
      .catch((error) => error);
    expect(others).toMatchObject({ code: 'not_found' });
  });
});
