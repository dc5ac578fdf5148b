import type { Tx } from '@tidegate/database/tx';
import type { Instance } from '../collection/instance.ts';
import type { Metric, Prepared } from '../collection/metric.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import type { CountedDelta } from '../storage/samples.ts';
import { counterDelta } from './counters.rules.ts';
import { type CountedKind, loadCounters, saveCounted } from './relation.rows.ts';

interface Looked<Reading> {
  known: number;
  items: Reading[];
}

/** Databases, tables or indexes: what changed since the last look, and what was counted in between. */
export class CountedMetric<Reading extends { oid: number; counters: number[] }> implements Metric {
  readonly name: string;
  /** How many there are; fewer may have been read. */
  known = 0;
  private readonly serverId: string;
  private readonly kind: CountedKind<Reading>;
  private readonly look: (connection: ServerConnection, instance: Instance) => Promise<Looked<Reading>>;
  private counters: ReadonlyMap<number, readonly number[]> = new Map();
  /** All columns of the last look as text, to tell what changed; empty after a start, so that all are stored once. */
  private shown: ReadonlyMap<number, string> = new Map();
  private lookedAt: Date | undefined;

  constructor(
    serverId: string,
    kind: CountedKind<Reading>,
    look: (connection: ServerConnection, instance: Instance) => Promise<Looked<Reading>>,
  ) {
    this.name = kind.table;
    this.serverId = serverId;
    this.kind = kind;
    this.look = look;
  }

  get oids(): number[] {
    return [...this.counters.keys()];
  }

  async load(tx: Tx): Promise<void> {
    const stored = await loadCounters(tx, this.kind, this.serverId);
    this.counters = stored.counters;
    this.lookedAt = stored.lookedAt;
    this.shown = new Map();
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const { known, items } = await this.look(connection, instance);
    this.known = known;
    const counters = new Map(items.map((item) => [item.oid, item.counters] as const));
    const shown = new Map(items.map((item) => [item.oid, JSON.stringify(item)] as const));
    const span =
      this.lookedAt === undefined ? undefined : Math.max(0, takenAt.getTime() - this.lookedAt.getTime()) * 1_000;
    return {
      save: (tx) =>
        saveCounted(tx, this.kind, {
          serverId: this.serverId,
          database: instance.database,
          takenAt,
          spanUs: span,
          changed: items.filter((item) => this.shown.get(item.oid) !== shown.get(item.oid)),
          gone: this.oids.filter((oid) => !counters.has(oid)),
          deltas: this.deltas(items),
        }),
      committed: () => {
        this.counters = counters;
        this.shown = shown;
        this.lookedAt = takenAt;
      },
    };
  }

  private deltas(items: readonly Reading[]): CountedDelta[] {
    return items.flatMap(({ oid, counters }) => {
      const delta = counterDelta(this.counters.get(oid) ?? this.newcomer(counters), counters);
      return delta ? [{ id: oid, ...delta }] : [];
    });
  }

  /** What did not exist at the last look counted from zero; at the very first look nothing is known. */
  private newcomer(counters: readonly number[]): number[] | undefined {
    return this.lookedAt === undefined ? undefined : counters.map(() => 0);
  }
}
