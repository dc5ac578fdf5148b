import type { Tx } from '@tidegate/database/tx';
import type { Instance } from '../collection/instance.ts';
import type { Metric, Prepared } from '../collection/metric.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import type { CountedDelta } from '../storage/samples.ts';
import { counterDelta } from './counters.rules.ts';
import { type CountedKind, forgetDatabases, loadLooks, saveCounted } from './relation.rows.ts';

/*
 * Databases, tables or indexes: what changed since the last look, and what was counted in between.
 *
 * Databases are the server's, so there is one last look. Tables and indexes belong to a database each, and every
 * database has a last look of its own, whenever that was. Nothing is compared with a look at another instance.
 */
interface Looked<Reading> {
  known: number;
  items: Reading[];
}

interface LastLook {
  identity: string;
  lookedAt: Date;
  counters: ReadonlyMap<number, readonly number[]>;
  /** All columns as text, to tell what changed; empty after a start, so that all are stored once. */
  shown: ReadonlyMap<number, string>;
}

const SERVER = 0;

export class CountedMetric<Reading extends { oid: number; counters: number[] }> implements Metric {
  readonly name: string;
  private readonly serverId: string;
  private readonly kind: CountedKind<Reading>;
  private readonly look: (connection: ServerConnection, instance: Instance) => Promise<Looked<Reading>>;
  private last = new Map<number, LastLook>();
  /** How many were there when they were read last, by database; fewer may have been read. */
  private readonly counts = new Map<number, number>();

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

  /** How many there are in all databases that were looked at. */
  get known(): number {
    return [...this.counts.values()].reduce((sum, known) => sum + known, 0);
  }

  oidsOf(databaseOid: number): number[] {
    return [...(this.last.get(databaseOid)?.counters.keys() ?? [])];
  }

  async load(tx: Tx): Promise<void> {
    const stored = await loadLooks(tx, this.kind, this.serverId);
    this.last = new Map([...stored].map(([scope, look]) => [scope, { ...look, shown: new Map() }]));
    for (const [scope, { counters }] of stored) this.counts.set(scope, counters.size);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const { known, items } = await this.look(connection, instance);
    const { database, databaseOid, identity } = instance;
    const scope = this.kind.samples.scope ? databaseOid : SERVER;
    const before = this.last.get(scope);
    this.counts.set(scope, known);
    const comparable = before?.identity === identity ? before : undefined;
    const counters = new Map(items.map((item) => [item.oid, item.counters] as const));
    const shown = new Map(items.map((item) => [item.oid, JSON.stringify(item)] as const));
    return {
      save: (tx) =>
        saveCounted(tx, this.kind, {
          serverId: this.serverId,
          database,
          databaseOid: scope,
          identity,
          takenAt,
          spanUs: comparable && Math.max(0, takenAt.getTime() - comparable.lookedAt.getTime()) * 1_000,
          changed: items.filter((item) => before?.shown.get(item.oid) !== shown.get(item.oid)),
          gone: [...(before?.counters.keys() ?? [])].filter((oid) => !counters.has(oid)),
          deltas: comparable ? deltas(comparable, items) : [],
        }),
      committed: () => {
        this.last.set(scope, { identity, lookedAt: takenAt, counters, shown });
      },
    };
  }

  /** Forgets databases that are none of these. */
  keepOnly(databaseOids: ReadonlySet<number>): Prepared {
    const gone = [...this.last.keys()].filter((oid) => !databaseOids.has(oid));
    return {
      save: async (tx) => {
        if (gone.length > 0) await forgetDatabases(tx, this.kind, this.serverId, gone);
      },
      committed: () => {
        for (const oid of gone) {
          this.last.delete(oid);
          this.counts.delete(oid);
        }
      },
    };
  }
}

/** What did not exist at the last look counted from zero. */
function deltas(before: LastLook, items: readonly { oid: number; counters: readonly number[] }[]): CountedDelta[] {
  return items.flatMap(({ oid, counters }) => {
    const delta = counterDelta(before.counters.get(oid) ?? counters.map(() => 0), counters);
    return delta ? [{ id: oid, ...delta }] : [];
  });
}
