import { STATEMENT_COUNTERS } from '../src/series/statement-counters.rules.ts';
import {
  advance,
  needsAllRows,
  type StatementInterval,
  type StatementReading,
  type StatementScrape,
  type StatementState,
} from '../src/statements/statement-deltas.rules.ts';
import { StatementEntries } from '../src/statements/statement-entries.rules.ts';
import { statementKey } from '../src/statements/statement-key.rules.ts';

/*
 * A fake pg_stat_statements that, unlike the real one, loses nothing: besides the rows that a collector may see it has
 * the reference: what every row counted in all its reset epochs, and what of it was lost before a snapshot.
 */
export type Step =
  | { do: 'call'; key: number; ms: number; rows: number }
  | { do: 'plan' | 'resetOne' | 'resetExtremes' | 'evict'; key: number }
  | { do: 'resetAll' | 'failOver' | 'snapshot' | 'snapshotLost' | 'collectorRestart' };

interface Row {
  calls: number;
  plans: number;
  rows: number;
  totalMs: number;
  planMs: number;
  minMs: number;
  maxMs: number;
  born: number;
  /** What the last snapshot that was kept saw of this very reset epoch. */
  seen: number[] | undefined;
}

const N = STATEMENT_COUNTERS.length;
const keyOf = (query: number) => statementKey(1, 10, String(query), true);
const add = (into: Map<string, number[]>, key: string, what: readonly number[], sign = 1) => {
  const sum = into.get(key) ?? new Array<number>(N).fill(0);
  into.set(
    key,
    sum.map((value, index) => value + sign * (what[index] ?? 0)),
  );
};

export class History {
  readonly intervals: StatementInterval[] = [];
  /** What intervals said about themselves that was not so. */
  readonly faults: string[] = [];
  private readonly reportsBirth: boolean;
  private rows = new Map<string, Row>();
  private clock = 1_000;
  private serial = 0;
  private identity = 0;
  private statsReset = 1;
  private evictions = 0;
  /** What happened to all rows since the last snapshot that was kept. */
  private since = { reset: false, failedOver: false, evictions: 0 };
  private state: StatementState | undefined;
  /** All rows as the last snapshot that was kept could see them. */
  private shown = new Map<string, StatementReading>();
  private stored = new Map<string, StatementReading>();
  private readonly counted = new Map<string, number[]>();
  private readonly lost = new Map<string, number[]>();

  constructor(reportsBirth: boolean) {
    this.reportsBirth = reportsBirth;
  }

  apply(step: Step): void {
    this.clock += 1 + (step.do.length % 7);
    if (step.do === 'call') this.call(keyOf(step.key), step.ms, step.rows);
    else if (step.do === 'plan') this.plan(keyOf(step.key));
    else if (step.do === 'resetOne') this.kill(keyOf(step.key));
    else if (step.do === 'resetExtremes') this.resetExtremes(keyOf(step.key));
    else if (step.do === 'evict') this.evict(keyOf(step.key));
    else if (step.do === 'resetAll') this.resetAll();
    else if (step.do === 'failOver') this.failOver();
    else if (step.do === 'snapshot') this.takeSnapshot(true);
    else if (step.do === 'snapshotLost') this.takeSnapshot(false);
    else this.restart();
  }

  reported(): Record<string, number[]> {
    const sums = new Map<string, number[]>();
    for (const interval of this.intervals) for (const { key, counters } of interval.deltas) add(sums, key, counters);
    return tidy(sums);
  }

  expected(): Record<string, number[]> {
    const sums = new Map(this.counted);
    for (const [key, row] of this.rows) add(sums, key, visible(row));
    for (const [key, what] of this.lost) add(sums, key, what, -1);
    return tidy(sums);
  }

  /** Time between the first and the last snapshot that is neither in an interval nor said to be lost. */
  uncoveredUs(): number {
    let uncovered = 0;
    this.intervals.forEach((interval, index) => {
      const before = this.intervals[index - 1];
      if (before) uncovered += Math.abs(interval.from - interval.lostUs - before.to);
    });
    return uncovered;
  }

  private plan(key: string): void {
    const row = this.row(key);
    row.plans += 1;
    row.planMs += this.fraction();
  }

  /** Unlike in a test of chosen numbers, no two sums of real times are equal. */
  private fraction(): number {
    this.serial += 1;
    return ((this.serial * 2_654_435_761) % 2 ** 32) / 2 ** 32;
  }

  private call(key: string, ms: number, rows: number): void {
    const row = this.row(key);
    const took = ms + this.fraction();
    row.calls += 1;
    row.rows += rows;
    row.totalMs += took;
    row.minMs = row.calls === 1 ? took : Math.min(row.minMs, took);
    row.maxMs = Math.max(row.maxMs, took);
  }

  private row(key: string): Row {
    const known = this.rows.get(key);
    if (known) return known;
    const fresh: Row = {
      calls: 0,
      plans: 0,
      rows: 0,
      totalMs: 0,
      planMs: 0,
      minMs: 0,
      maxMs: 0,
      born: this.clock,
      seen: undefined,
    };
    this.rows.set(key, fresh);
    return fresh;
  }

  private kill(key: string): void {
    const row = this.rows.get(key);
    if (!row) return;
    this.rows.delete(key);
    const all = visible(row);
    add(this.counted, key, all);
    add(this.lost, key, all);
    if (row.seen) add(this.lost, key, row.seen, -1);
  }

  private evict(key: string): void {
    if (!this.rows.has(key)) return;
    this.kill(key);
    this.evictions += 1;
    this.since.evictions += 1;
  }

  /** From PostgreSQL 17 on: extremes restart, the reset epoch goes on. */
  private resetExtremes(key: string): void {
    const row = this.rows.get(key);
    if (!this.reportsBirth || !row) return;
    row.minMs = 0;
    row.maxMs = 0;
  }

  private resetAll(): void {
    for (const key of [...this.rows.keys()]) this.kill(key);
    this.statsReset = this.clock;
    this.evictions = 0;
    this.since = { ...this.since, reset: true, evictions: 0 };
  }

  /** Another server with a past of its own answers from now on. */
  private failOver(): void {
    for (const key of [...this.rows.keys()]) this.kill(key);
    this.identity += 1;
    this.since.failedOver = true;
    this.call(keyOf(0), 3, 1);
    this.call(keyOf(1), 5, 1);
  }

  private takeSnapshot(kept: boolean): void {
    let scrape = this.read(false);
    if (needsAllRows(this.state, scrape)) scrape = this.read(true);
    const { state, interval, changed, gone } = advance(this.state, scrape);
    if (!kept) return;
    if (interval && this.state) this.audit(interval, this.state.at);
    this.since = { reset: false, failedOver: false, evictions: 0 };
    this.state = state;
    for (const row of changed) this.stored.set(row.key, row);
    for (const key of gone) this.stored.delete(key);
    if (interval) this.intervals.push(interval);
    this.account(interval);
  }

  private audit(interval: StatementInterval, snapshotAt: number): void {
    const { reset, failedOver, evictions } = this.since;
    const check = (what: string, is: unknown, ought: unknown) => {
      if (is !== ought) this.faults.push(`${what} is ${is} instead of ${ought}`);
    };
    const comparable = reset && !failedOver;
    check('gap', interval.gap, failedOver);
    check('resetAt', interval.resetAt, comparable ? this.statsReset : null);
    check('lostUs', interval.lostUs, comparable ? this.statsReset - snapshotAt : 0);
    check('evictions', interval.evictions, failedOver ? 0 : evictions);
  }

  /** What the snapshot could not see: all of the first one, and before 17 a rebirth without a trace. */
  private account(interval: StatementInterval | undefined): void {
    for (const [key, row] of this.rows) {
      const now = visible(row);
      if (!interval || interval.gap) {
        add(this.lost, key, now);
        if (row.seen) add(this.lost, key, row.seen, -1);
      } else if (!row.seen && !interval.resetAt) {
        const old = this.shown.get(key);
        if (old && !this.reportsBirth && outgrew(old, this.reading(key, row))) add(this.lost, key, old.counters);
      }
      row.seen = now;
    }
    this.shown = new Map([...this.rows].map(([key, row]) => [key, this.reading(key, row)]));
  }

  private read(full: boolean): StatementScrape {
    const rows = [...this.rows].map(([key, row]) => this.reading(key, row)).filter((row) => full || this.differs(row));
    const { statsReset, evictions, clock } = this;
    return {
      identity: String(this.identity),
      statsReset,
      evictions,
      at: clock,
      total: this.rows.size,
      full,
      rows,
      resetEpoch: null,
    };
  }

  private differs(row: StatementReading): boolean {
    const before = this.state?.entries.get(row.key);
    return !before || before.since !== row.since || before.totalMs !== row.totalMs;
  }

  private reading(key: string, row: Row): StatementReading {
    return {
      key,
      checksum: 0n,
      counters: visible(row),
      minMs: row.minMs,
      maxMs: row.maxMs,
      totalMs: row.totalMs + row.planMs,
      since: this.reportsBirth ? row.born : null,
    };
  }

  /** The collector comes back with nothing but what it stored. */
  private restart(): void {
    if (this.state) this.state = { ...this.state, entries: StatementEntries.of([...this.stored.values()]) };
  }
}

/** Nothing that PostgreSQL shows tells this row from one that simply went on. */
function outgrew(old: StatementReading, now: StatementReading): boolean {
  if (now.counters.some((value, index) => value < (old.counters[index] ?? 0))) return false;
  return old.counters[0] === 0 || (now.maxMs >= old.maxMs && now.minMs <= old.minMs);
}

function visible(row: Row): number[] {
  const counters = new Array<number>(N).fill(0);
  counters[0] = row.calls;
  counters[1] = row.plans;
  counters[2] = row.rows;
  counters[3] = Math.round(row.totalMs * 1_000);
  counters[4] = Math.round(row.planMs * 1_000);
  return counters;
}

function tidy(sums: Map<string, number[]>): Record<string, number[]> {
  return Object.fromEntries(
    [...sums].filter(([, sum]) => sum.some((value) => value !== 0)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
