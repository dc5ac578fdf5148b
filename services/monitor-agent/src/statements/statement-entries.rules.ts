import { CompactCounters } from '../kernel/storage/compact-counters.rules.ts';
import type { StatementReading } from './statement-deltas.rules.ts';
import { parseKey } from './statement-key.rules.ts';

/*
 * What the last snapshot saw of every statement, in columns: a collector remembers a million and a half statements, and as
 * objects they would fill its memory several times over (monitoring.md 7, 300 servers within 512 MB).
 *
 * A key is found by an open hash table of positions (linear probing, at most half full). What a snapshot saw is never
 * changed: the next snapshot is a copy with its changes, so that the snapshot before is still there when it cannot be stored.
 */
interface Columns {
  databases: Uint32Array;
  roles: Uint32Array;
  queries: BigInt64Array;
  checksums: BigInt64Array;
  toplevels: Uint8Array;
  totals: Float64Array;
  least: Float64Array;
  most: Float64Array;
  /** Empty before PostgreSQL 17, which does not tell; 0 where it did not yet. */
  since: Float64Array;
  /** Our own numbers of the series; 0 for none yet. */
  numbers: Float64Array;
}

const EMPTY = -1;

export class StatementEntries {
  private count = 0;
  private columns: Columns;
  private counters: CompactCounters;
  private table: Int32Array;

  private constructor(columns: Columns, counters: CompactCounters) {
    this.columns = columns;
    this.counters = counters;
    this.table = new Int32Array(0);
  }

  /** Series that were numbered before keep their numbers. */
  static of(readings: readonly StatementReading[], numbered?: StatementEntries): StatementEntries {
    const reportsBirth = readings.some((reading) => reading.since !== null);
    const columns = emptyColumns(readings.length, reportsBirth);
    const width = readings[0]?.counters.length ?? 0;
    const entries = new StatementEntries(columns, new CompactCounters(width, readings.length));
    entries.makeTable(readings.length);
    for (const reading of readings) entries.put(reading);
    if (numbered) for (const { key } of readings) entries.setNumber(key, numbered.numberOf(key) ?? 0);
    return entries;
  }

  get size(): number {
    return this.count;
  }

  has(key: string): boolean {
    return this.find(key) !== EMPTY;
  }

  get(key: string): StatementReading | undefined {
    const at = this.find(key);
    return at === EMPTY ? undefined : { key, ...this.at(at) };
  }

  *keys(): Iterable<string> {
    for (let at = 0; at < this.count; at += 1) yield this.keyAt(at);
  }

  numberOf(key: string): number | undefined {
    const at = this.find(key);
    return at === EMPTY ? undefined : this.columns.numbers[at] || undefined;
  }

  setNumber(key: string, number: number): void {
    const at = this.find(key);
    if (at !== EMPTY) this.columns.numbers[at] = number;
  }

  /** A copy in which these have changed or are new. */
  with(readings: readonly StatementReading[]): StatementEntries {
    if (this.count === 0) return StatementEntries.of(readings);
    const born = readings.filter((reading) => !this.has(reading.key));
    // An extension that was updated begins to tell.
    const reportsBirth = this.columns.since.length > 0 || readings.some((reading) => reading.since !== null);
    const columns = emptyColumns(this.count + born.length, reportsBirth);
    for (const [name, column] of Object.entries(this.columns) as [keyof Columns, Columns[keyof Columns]][])
      (columns[name] as { set(values: unknown): void }).set(column);
    const copy = new StatementEntries(columns, this.counters.copy());
    copy.count = this.count;
    if (born.length === 0) copy.table = this.table;
    else copy.makeTable(this.count + born.length);
    for (const reading of readings) copy.put(reading);
    return copy;
  }

  /** One for each. */
  get checksums(): BigInt64Array {
    return this.columns.checksums;
  }

  private at(at: number): Omit<StatementReading, 'key'> {
    const { checksums, least, most, totals, since } = this.columns;
    return {
      checksum: checksums[at] ?? 0n,
      counters: this.counters.get(at),
      minMs: least[at] ?? 0,
      maxMs: most[at] ?? 0,
      totalMs: totals[at] ?? 0,
      since: since[at] || null,
    };
  }

  private put(reading: StatementReading): void {
    const { columns } = this;
    let at = this.find(reading.key);
    if (at === EMPTY) {
      at = this.count;
      this.count += 1;
      const { dbid, userid, queryid, toplevel } = parseKey(reading.key);
      columns.databases[at] = dbid;
      columns.roles[at] = userid;
      columns.queries[at] = BigInt(queryid);
      columns.toplevels[at] = toplevel ? 1 : 0;
      this.enter(at);
    }
    columns.checksums[at] = reading.checksum;
    columns.totals[at] = reading.totalMs;
    columns.least[at] = reading.minMs;
    columns.most[at] = reading.maxMs;
    if (reading.since !== null) columns.since[at] = reading.since;
    this.counters.set(at, reading.counters);
  }

  private keyAt(at: number): string {
    const { databases, roles, queries, toplevels } = this.columns;
    return `${databases[at]}/${roles[at]}/${queries[at]}/${toplevels[at] ? 't' : 'f'}`;
  }

  private find(key: string): number {
    const { dbid, userid, queryid, toplevel } = parseKey(key);
    const { databases, roles, queries, toplevels } = this.columns;
    const query = BigInt(queryid);
    const mask = this.table.length - 1;
    for (let probe = hash(query, dbid, userid) & mask; ; probe = (probe + 1) & mask) {
      const at = this.table[probe] ?? EMPTY;
      if (at === EMPTY) return EMPTY;
      const same = queries[at] === query && databases[at] === dbid && roles[at] === userid;
      if (same && toplevels[at] === (toplevel ? 1 : 0)) return at;
    }
  }

  private makeTable(size: number): void {
    let length = 16;
    while (length < size * 2) length *= 2;
    this.table = new Int32Array(length).fill(EMPTY);
    for (let at = 0; at < this.count; at += 1) this.enter(at);
  }

  private enter(at: number): void {
    const { databases, roles, queries } = this.columns;
    const mask = this.table.length - 1;
    let probe = hash(queries[at] ?? 0n, databases[at] ?? 0, roles[at] ?? 0) & mask;
    while (this.table[probe] !== EMPTY) probe = (probe + 1) & mask;
    this.table[probe] = at;
  }
}

/** Query identifiers are hashes already: their lowest bits are as good as any. */
const hash = (query: bigint, database: number, role: number): number =>
  Number(BigInt.asIntN(32, query)) ^ Math.imul(database, 31) ^ Math.imul(role, 961);

const emptyColumns = (length: number, reportsBirth: boolean): Columns => ({
  databases: new Uint32Array(length),
  roles: new Uint32Array(length),
  queries: new BigInt64Array(length),
  checksums: new BigInt64Array(length),
  toplevels: new Uint8Array(length),
  totals: new Float64Array(length),
  least: new Float64Array(length),
  most: new Float64Array(length),
  since: new Float64Array(reportsBirth ? length : 0),
  numbers: new Float64Array(length),
});
