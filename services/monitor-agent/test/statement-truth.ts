import type { Output } from '@tidegate/contracts/kernel/operation';
import type { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import type { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import type { MadeSnapshot } from './statement-samples.ts';

type Answer = Pick<Output<typeof topStatements>, 'range' | 'completeness' | 'total' | 'items'>;
export const rounded = (value: number) => Math.round(value * 1_000) / 1_000;

export const summary = ({ range, completeness, total, items }: Answer) => ({
  covered: rounded(range.coveredSeconds),
  completeness: {
    resets: completeness.resets,
    evictions: completeness.evictions,
    gaps: completeness.gaps,
    evictionsPerMinute: rounded(completeness.evictionsPerMinute),
    lostSeconds: rounded(completeness.lostSeconds),
    coverage: completeness.coverage === null ? null : rounded(completeness.coverage),
    warnings: completeness.warnings.map(({ code }) => code),
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

/** The answer of the top list, counted snapshot by snapshot. */
export function byHand(snapshots: readonly MadeSnapshot[], from: number, to: number, ids: readonly number[]) {
  const inside = snapshots.filter(({ at }) => at.getTime() >= from && at.getTime() < to);
  const sum = (pick: (snapshot: MadeSnapshot) => number) =>
    inside.reduce((total, snapshot) => total + pick(snapshot), 0);
  const items = ids.flatMap((id) => {
    const seen = inside.flatMap((snapshot) =>
      snapshot.deltas.filter((one) => one.id === id).map((one) => ({ at: snapshot.at, ...one })),
    );
    const last = seen.map(({ at }) => at.getTime()).sort((a, b) => b - a)[0];
    if (last === undefined) return [];
    const counter = (index: number) => seen.reduce((total, { counters }) => total + (counters[index] ?? 0), 0);
    return [{ id, calls: counter(0), rows: counter(2), us: counter(3), wal: counter(16), seen, last }];
  });
  items.sort((a, b) => b.us - a.us || a.id - b.id);
  const active = sum((snapshot) => (snapshot.activeUs > 0 ? snapshot.activeUs + 7 : 0));
  const all = (pick: (item: (typeof items)[number]) => number) => items.reduce((total, item) => total + pick(item), 0);
  const toplevel = all((item) => ((ids.indexOf(item.id) + 1) % 3 === 0 ? 0 : item.us));
  const [evictions, observedUs] = [sum((snapshot) => snapshot.evictions), sum((snapshot) => snapshot.spanUs)];
  return {
    covered: rounded(sum((snapshot) => snapshot.spanUs) / 1_000_000),
    completeness: {
      resets: sum((snapshot) => Number(snapshot.reset)),
      evictions,
      evictionsPerMinute: observedUs > 0 ? rounded((evictions * 60_000_000) / observedUs) : 0,
      gaps: sum((snapshot) => Number(snapshot.gap)),
      lostSeconds: rounded(sum((snapshot) => snapshot.lostUs) / 1_000_000),
      coverage: active > 0 ? rounded(toplevel / active) : null,
      warnings: evictions > 0 ? ['statements_evicted'] : [],
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

type Series = Output<typeof showStatementSeries>;

/** Steps in which something was seen, without what follows from the calls. */
export const stepsSeen = ({ points }: Series) =>
  points.flatMap(({ at, coveredSeconds, gap, partial, figures }) =>
    figures
      ? [[at, rounded(coveredSeconds), gap, partial, figures.calls, rounded(figures.totalMs), figures.walBytes]]
      : [],
  );

/** The same, counted snapshot by snapshot. */
export function stepsByHand(snapshots: readonly MadeSnapshot[], from: number, to: number, step: number, id: number) {
  const steps = new Map<number, MadeSnapshot[]>();
  for (const snapshot of snapshots) {
    const at = snapshot.at.getTime();
    if (at < from || at >= to) continue;
    const begin = Math.floor(at / (step * 1_000)) * step * 1_000;
    steps.set(begin, [...(steps.get(begin) ?? []), snapshot]);
  }
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([begin, inside]) => {
      const seen = inside.flatMap((snapshot) => snapshot.deltas.filter((one) => one.id === id));
      const counter = (index: number) => seen.reduce((sum, { counters }) => sum + (counters[index] ?? 0), 0);
      return [
        new Date(begin).toISOString(),
        rounded(inside.reduce((sum, snapshot) => sum + snapshot.spanUs, 0) / 1_000_000),
        inside.some((snapshot) => snapshot.gap),
        seen.some(({ partial }) => partial),
        counter(0),
        rounded(counter(3) / 1_000),
        counter(16),
      ];
    });
}
