import type { Tx } from '@tidegate/database/tx';
import type { Instance } from '../collection/instance.ts';
import type { Metric, Prepared } from '../collection/metric.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { crashBetween, type Life } from '../epochs/epoch.rules.ts';
import type { CountedDelta } from '../storage/samples.ts';
import { counterDelta } from './counters.rules.ts';
import { type Counted, KnownRelations, type Looked, NONE_KNOWN } from './known-relations.ts';
import { type CountedKind, forgetDatabases, loadLooks, saveCounted } from './relation.rows.ts';
import type { LookBefore } from './resized.rules.ts';

/*
 * Databases, tables or indexes: what changed since the last look, and what was counted in between.
 *
 * Databases are the server's, so there is one last look. Tables and indexes belong to a database each, and every
 * database has a last look of its own, whenever that was. Nothing is compared with a look at another instance.
 */
interface LastLook {
  identity: string;
  /** null: stored before lives were told apart. */
  life: Life | null;
  lookedAt: Date;
  relations: KnownRelations;
  /** When all were last read, whether they had changed or not; 0 after a start, so that all are. */
  refreshedAt: number;
}

/** What was found in a database (0 for the server), after it was stored, and what had been seen there before. */
type Found<Reading extends Counted> = (
  scope: number,
  items: readonly Reading[],
  before: LookBefore | undefined,
) => void;

type Look<Reading extends Counted> = (
  connection: ServerConnection,
  instance: Instance,
  before: KnownRelations,
) => Promise<Looked<Reading>>;

const SERVER = 0;
/** So often everything is read, also what looks unchanged. */
const REFRESH_MS = 3_600_000;

export class CountedMetric<Reading extends Counted> implements Metric {
  readonly name: string;
  private readonly serverId: string;
  private readonly kind: CountedKind<Reading>;
  private readonly look: Look<Reading>;
  private readonly found: Found<Reading>;
  private last = new Map<number, LastLook>();
  /** How many were there when they were read last, by database; fewer may have been read. */
  private readonly counts = new Map<number, number>();

  constructor(
    serverId: string,
    kind: CountedKind<Reading>,
    { look, found = () => {} }: { look: Look<Reading>; found?: Found<Reading> },
  ) {
    this.name = kind.table;
    this.serverId = serverId;
    this.kind = kind;
    this.look = look;
    this.found = found;
  }

  /** How many there are in all databases that were looked at. */
  get known(): number {
    return [...this.counts.values()].reduce((sum, known) => sum + known, 0);
  }

  seenIn(scope = SERVER): KnownRelations {
    return this.last.get(scope)?.relations ?? NONE_KNOWN;
  }

  async load(tx: Tx): Promise<void> {
    const stored = await loadLooks(tx, this.kind, this.serverId);
    this.last = new Map([...stored].map(([scope, look]) => [scope, { ...look, refreshedAt: 0 }]));
    for (const [scope, { relations }] of stored) this.counts.set(scope, relations.size);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const { database, databaseOid, identity, life } = instance;
    const scope = this.kind.samples.scope ? databaseOid : SERVER;
    const before = this.last.get(scope);
    const comparable = before?.identity === identity ? before : undefined;
    const crashed = !!comparable?.life && crashBetween(comparable.life, life) !== null;
    const isFresh = comparable && !crashed && takenAt.getTime() - comparable.refreshedAt < REFRESH_MS;
    const fresh = isFresh ? comparable : undefined;
    const { known, items, gone, mark } = await this.look(connection, instance, fresh?.relations ?? NONE_KNOWN);
    this.counts.set(scope, known);
    const relations = fresh ? fresh.relations.with({ items, gone, mark }) : KnownRelations.of(items, mark);
    return {
      save: (tx) =>
        saveCounted(tx, this.kind, {
          serverId: this.serverId,
          database,
          databaseOid: scope,
          identity,
          life,
          crashed,
          takenAt,
          spanUs: comparable && Math.max(0, takenAt.getTime() - comparable.lookedAt.getTime()) * 1_000,
          changed: items,
          gone: fresh ? gone : [...(before?.relations.oids ?? [])].filter((oid) => !relations.countersOf(oid)),
          deltas: comparable ? deltas(comparable, items, crashed) : [],
        }),
      committed: () => {
        this.last.set(scope, {
          identity,
          life,
          lookedAt: takenAt,
          relations,
          refreshedAt: fresh?.refreshedAt ?? takenAt.getTime(),
        });
        this.found(scope, items, comparable);
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
function deltas({ relations }: LastLook, items: readonly Counted[], crashed: boolean): CountedDelta[] {
  return items.flatMap(({ oid, counters }) => {
    const delta = counterDelta(relations.countersOf(oid) ?? counters.map(() => 0), counters, crashed);
    return delta ? [{ id: oid, ...delta }] : [];
  });
}
