import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { delta, type MadeLook, makeStatements, quietLook, storeLook } from '../../test/statement-samples.ts';
import { openStore, type Store } from '../../test/store.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { CompactSamples } from './compact-samples.loop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const turn = () => ({ signal: new AbortController().signal });

/** The same numbers in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

describe.each(VERSIONS)('statements of any range ($name)', (binaries) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(binaries);
  });
  afterAll(() => store.close());

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

  test('are what counting all looks by hand gives, before, while and after they move', async () => {
    const { orgId, serverId } = await addServer(store, store.server);
    const ids = await makeStatements(store, orgId, serverId, 40);
    const random = generator(7);
    const today = Math.floor(Date.now() / DAY) * DAY;
    const begin = today - 3 * DAY - 5 * HOUR;
    const looks: MadeLook[] = [];
    // Every few minutes, some at odd milliseconds, with holes of hours.
    for (let now = begin; now < today - 14 * HOUR; now += 3 * MINUTE + random(9) * MINUTE + random(50_000)) {
      if (random(40) === 0) now += random(4) * HOUR;
      const busy = ids.filter((_, index) => index < 4 || random(12) === 0);
      looks.push({
        ...quietLook(new Date(now)),
        spanUs: random(100_000_000),
        gap: random(50) === 0,
        reset: random(40) === 0,
        lostUs: random(40) === 0 ? random(10_000_000) : 0,
        evictions: random(20) === 0 ? random(9) : 0,
        activeUs: random(80_000_000),
        deltas: busy.map((id) => delta(id, random(500), random(4_000_000), random(60) === 0)),
      });
    }
    const late = looks.filter((_, index) => index % 23 === 5);
    for (const look of looks) if (!late.includes(look)) await storeLook(store, orgId, serverId, look);

    const edges = looks.map((look) => look.at.getTime());
    const somewhere = () => {
      const choice = random(3);
      if (choice === 0) return edges[random(edges.length)] ?? begin;
      const any = begin - 6 * HOUR + random(4 * DAY);
      return choice === 1 ? any : Math.floor(any / HOUR) * HOUR;
    };
    const compare = async (times: number, made: readonly MadeLook[]) => {
      for (let round = 0; round < times; round += 1) {
        const [from, to] = [somewhere(), somewhere()].sort((a, b) => a - b) as [number, number];
        if (from === to) continue;
        const input = { serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 500 };
        const answer = await store.call(new TopStatements(), topStatements, input, orgId);
        expect(summary(answer)).toEqual(byHand(made, from, to, ids));
      }
    };
    const intime = looks.filter((look) => !late.includes(look));
    await compare(10, intime);
    // Two hours after the looks of the first day and a half: some hours moved, others not.
    await compact(begin + 36 * HOUR + 20 * MINUTE);
    expect(await count('statement_blocks', 'hour is not null')).toBeGreaterThan(10);
    expect(await count('statement_samples')).toBeGreaterThan(10);
    await compare(25, intime);
    await compact(today - 12 * HOUR + 20 * MINUTE);
    expect(await count('statement_blocks', 'hour is null')).toBeGreaterThan(0);
    await compare(25, intime);
    for (const look of late) await storeLook(store, orgId, serverId, look);
    await compare(15, looks);
    await compact(today + 2 * DAY);
    expect(await count('statement_samples')).toBe(0);
    expect(await count('statement_blocks', 'hour is not null')).toBe(0);
    expect(await count('statement_blocks', 'part > 24')).toBeGreaterThan(1);
    await compare(40, looks);
  }, 60_000);
});

interface Answer {
  range: { coveredSeconds: number };
  completeness: { resets: number; evictions: number; gaps: number; lostSeconds: number; coverage: number | null };
  total: { statements: number; calls: number; rows: number; totalMs: number };
  items: readonly {
    statementId: string;
    calls: number;
    totalMs: number;
    walBytes: number;
    partial: boolean;
    lastSeenAt: string;
  }[];
}

const rounded = (value: number) => Math.round(value * 1_000) / 1_000;

const summary = ({ range, completeness, total, items }: Answer) => ({
  covered: rounded(range.coveredSeconds),
  completeness: {
    ...completeness,
    lostSeconds: rounded(completeness.lostSeconds),
    coverage: completeness.coverage === null ? null : rounded(completeness.coverage),
  },
  total: { ...total, totalMs: rounded(total.totalMs) },
  items: items.map((item) => [
    Number(item.statementId),
    item.calls,
    rounded(item.totalMs),
    item.walBytes,
    item.partial,
    item.lastSeenAt,
  ]),
});

function byHand(looks: readonly MadeLook[], from: number, to: number, ids: readonly number[]) {
  const inside = looks.filter(({ at }) => at.getTime() >= from && at.getTime() < to);
  const sum = (pick: (look: MadeLook) => number) => inside.reduce((total, look) => total + pick(look), 0);
  const items = ids.flatMap((id) => {
    const seen = inside.flatMap((look) =>
      look.deltas.filter((one) => one.id === id).map((one) => ({ at: look.at, ...one })),
    );
    const last = seen.map(({ at }) => at.getTime()).sort((a, b) => b - a)[0];
    if (last === undefined) return [];
    const counter = (index: number) => seen.reduce((total, { counters }) => total + (counters[index] ?? 0), 0);
    return [{ id, calls: counter(0), rows: counter(2), us: counter(3), wal: counter(16), seen, last }];
  });
  items.sort((a, b) => b.us - a.us || a.id - b.id);
  const active = sum((look) => (look.activeUs > 0 ? look.activeUs + 7 : 0));
  const all = (pick: (item: (typeof items)[number]) => number) => items.reduce((total, item) => total + pick(item), 0);
  const toplevel = all((item) => ((ids.indexOf(item.id) + 1) % 3 === 0 ? 0 : item.us));
  return {
    covered: rounded(sum((look) => look.spanUs) / 1_000_000),
    completeness: {
      resets: sum((look) => Number(look.reset)),
      evictions: sum((look) => look.evictions),
      gaps: sum((look) => Number(look.gap)),
      lostSeconds: rounded(sum((look) => look.lostUs) / 1_000_000),
      coverage: active > 0 ? rounded(toplevel / active) : null,
    },
    total: {
      statements: items.length,
      calls: all((item) => item.calls),
      rows: all((item) => item.rows),
      totalMs: rounded(all((item) => item.us) / 1_000),
    },
    items: items.map((item) => [
      item.id,
      item.calls,
      rounded(item.us / 1_000),
      item.wal,
      item.seen.some(({ partial }) => partial),
      new Date(item.last).toISOString(),
    ]),
  };
}
