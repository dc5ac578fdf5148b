import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { STORE_VERSIONS } from '../../test/postgres-server.ts';
import { generator } from '../../test/random.ts';
import {
  delta,
  type MadeSnapshot,
  makeStatements,
  quietSnapshot,
  storeSnapshot,
} from '../../test/statement-samples.ts';
import { byHand, rounded, stepsByHand, stepsSeen, summary } from '../../test/statement-truth.ts';
import { ShowStatementSeries } from '../statements/show-statement-series.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { CompactSamples } from './compact-samples.loop.ts';
import { KeptSums } from './kept-sums.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const turn = () => ({ signal: new AbortController().signal });

describe.each(STORE_VERSIONS)('statements of any range ($name)', (binaries) => {
  const store = useStore({ binaries, daysBack: 4 });

  const compact = async (now: number) => {
    const loop = new CompactSamples(store.tenants, new Log());
    loop.now = () => now;
    while ((await loop.turn(turn())) === 'again');
  };
  const count = async (table: string, where = 'true') => {
    const [row] = await store.server.sql<{ count: number }>(
      `select count(*)::int as count from monitor_agent.${table} where ${where}`,
    );
    return row?.count ?? 0;
  };

  test('are what counting all snapshots by hand gives, before, while and after they move', async () => {
    const { orgId, serverId } = await addServer(store, store.server);
    const ids = await makeStatements(store, orgId, serverId, 40);
    const random = generator(7);
    const today = Math.floor(Date.now() / DAY) * DAY;
    const begin = today - 3 * DAY - 5 * HOUR;
    const snapshots: MadeSnapshot[] = [];
    // Every few minutes, some at odd milliseconds, with holes of hours.
    for (let now = begin; now < today - 14 * HOUR; now += 3 * MINUTE + random(9) * MINUTE + random(50_000)) {
      if (random(40) === 0) now += random(4) * HOUR;
      const busy = ids.filter((_, index) => index < 4 || random(12) === 0);
      snapshots.push({
        ...quietSnapshot(new Date(now)),
        spanUs: random(100_000_000),
        gap: random(50) === 0,
        reset: random(40) === 0,
        lostUs: random(40) === 0 ? random(10_000_000) : 0,
        evictions: random(20) === 0 ? random(9) : 0,
        activeUs: random(80_000_000),
        deltas: busy.map((id) => delta(id, random(500), random(4_000_000), random(60) === 0)),
      });
    }
    const late = snapshots.filter((_, index) => index % 23 === 5);
    for (const snapshot of snapshots)
      if (!late.includes(snapshot)) await storeSnapshot(store, orgId, serverId, snapshot);

    const edges = snapshots.map((snapshot) => snapshot.at.getTime());
    const somewhere = () => {
      const choice = random(3);
      if (choice === 0) return edges[random(edges.length)] ?? begin;
      const any = begin - 6 * HOUR + random(4 * DAY);
      return choice === 1 ? any : Math.floor(any / HOUR) * HOUR;
    };
    const compare = async (times: number, made: readonly MadeSnapshot[]) => {
      for (let round = 0; round < times; round += 1) {
        const [from, to] = [somewhere(), somewhere()].sort((a, b) => a - b) as [number, number];
        if (from === to) continue;
        const input = { serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 500 };
        const answer = await store.call(new TopStatements(store.tenants, store.kept), topStatements, input, orgId);
        expect(summary(answer)).toEqual(byHand(made, from, to, ids));
        // What was kept from other reads, before samples and rollups moved and others came late, says what reading all of it says.
        const all = { ...input, limit: 20, spark: true, facets: true, compare: 'previous' };
        const [asKept, asRead] = [store.kept, new KeptSums()].map((kept) => new TopStatements(store.tenants, kept));
        expect(await store.call(asKept as object, topStatements, all, orgId)).toEqual(
          await store.call(asRead as object, topStatements, all, orgId),
        );
        // Often called, and seldom: in a chunk of its own, and in a shared one.
        const id = ids[random(8)] ?? 0;
        const { limit: _, ...bounds } = input;
        const steps = [{}, { step: 1 + random(9_000) }, { step: 3_600 * (1 + random(30)) }];
        const asked = { ...bounds, statementId: String(id), ...steps[random(3)] };
        const series = await store.call(new ShowStatementSeries(store.tenants), showStatementSeries, asked, orgId);
        expect(stepsSeen(series)).toEqual(stepsByHand(made, from, to, series.step, id));
        expect(series.points.length).toBeLessThanOrEqual(1_500);
        expect(rounded(series.range.coveredSeconds)).toBe(summary(answer).covered);
      }
    };
    const intime = snapshots.filter((snapshot) => !late.includes(snapshot));
    await compare(5, intime);
    // Two hours after the snapshots of the first day and a half: some hours moved, others not.
    await compact(begin + 36 * HOUR + 20 * MINUTE);
    expect(await count('statement_rollups', 'hour is not null')).toBeGreaterThan(10);
    expect(await count('statement_samples')).toBeGreaterThan(10);
    await compare(15, intime);
    await compact(today - 12 * HOUR + 20 * MINUTE);
    expect(await count('statement_rollups', 'hour is null')).toBeGreaterThan(0);
    await compare(15, intime);
    for (const snapshot of late) await storeSnapshot(store, orgId, serverId, snapshot);
    await compare(10, snapshots);
    await compact(today + 2 * DAY);
    expect(await count('statement_samples')).toBe(0);
    expect(await count('statement_rollups', 'hour is not null')).toBe(0);
    expect(await count('statement_rollups', 'part > 24')).toBeGreaterThan(1);
    await compare(30, snapshots);
  });
});
