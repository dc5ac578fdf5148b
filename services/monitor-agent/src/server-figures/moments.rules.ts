import type { Moment } from '@tidegate/contracts/monitor-agent/server-series';
import type { FiguresRow } from './server-figures.rules.ts';

const MOST = 50;
/** A peak is so many times the usual number, and at least so many. */
const PEAK_TIMES = 3;
const PEAK_LEAST = 4;

/** Steps without a break in which sessions were blocked, or many more than usual were active. Rows in the order of time. */
export function momentsOf(rows: readonly FiguresRow[], stepMs: number): Moment[] {
  const actives = rows.map(({ active_max }) => active_max ?? 0).sort((a, b) => a - b);
  const usual = actives[Math.floor(actives.length / 2)] ?? 0;
  const peak = Math.max(PEAK_LEAST, usual * PEAK_TIMES);
  const kindOf = ({ waiting_max, active_max }: FiguresRow): Moment['kind'] | undefined =>
    (waiting_max ?? 0) > 0 ? 'blocked' : (active_max ?? 0) >= peak ? 'peak' : undefined;
  const found: { kind: Moment['kind']; rows: FiguresRow[] }[] = [];
  for (const row of rows) {
    const kind = kindOf(row);
    if (!kind) continue;
    const last = found.at(-1);
    const before = last?.rows.at(-1);
    if (last && before && last.kind === kind && row.at - before.at <= stepMs) last.rows.push(row);
    else found.push({ kind, rows: [row] });
  }
  const worst = (moment: Moment) => moment.waitingMost * 1_000 + moment.activeMost;
  return found
    .map((one) => toMoment(one, stepMs))
    .sort((a, b) => worst(b) - worst(a))
    .slice(0, MOST)
    .sort((a, b) => (a.from < b.from ? 1 : -1));
}

function toMoment({ kind, rows }: { kind: Moment['kind']; rows: FiguresRow[] }, stepMs: number): Moment {
  const figure = (row: FiguresRow) => (kind === 'blocked' ? row.waiting_max : row.active_max) ?? 0;
  const [first = rows[0] as FiguresRow, ...others] = rows;
  const at = others.reduce((best, row) => (figure(row) > figure(best) ? row : best), first);
  const most = (name: 'waiting_max' | 'active_max') => Math.max(...rows.map((row) => row[name] ?? 0));
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    kind,
    from: iso(first.at),
    to: iso((rows.at(-1) ?? first).at + stepMs),
    // The end of its step: the last snapshot before it is the step's own.
    at: iso(at.at + stepMs),
    waitingMost: most('waiting_max'),
    activeMost: most('active_max'),
  };
}
