import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { type Fate, fateBetween, type ResetEpoch, worse } from '../kernel/instance/reset-epoch.rules.ts';
import type { Metric, Prepared } from '../kernel/schedule/metric.ts';
import type { CountedDelta } from '../kernel/storage/sample.rows.ts';
import { counterDelta, databaseFate } from './counters.rules.ts';
import { expireDatabases } from './gone.rows.ts';
import { type ConsistentSnapshot, KnownRelations, NONE_KNOWN } from './known-relations.rules.ts';
import { type Counted } from './readings.rules.ts';
import { loadSnapshots, type ScopeResetEpoch, storeCounted } from './relation.rows.ts';
import { type CountedKind } from './relation-kinds.rows.ts';
import type { PreviousSnapshot } from './resized.rules.ts';

/*
 * Databases, tables or indexes: what changed since the last snapshot, and what was counted in between.
 *
 * Databases are the server's, so there is one last snapshot. Tables and indexes belong to a database each, and every
 * database has a last snapshot of its own, whenever that was. Nothing is compared with a snapshot of another instance. Where
 * anything was reset since, everything is read: what looks unchanged may have grown by as much from zero.
 */
interface LastSnapshot {
  identity: string;
  /** null: stored before reset epochs were told apart. */
  resetEpoch: ScopeResetEpoch | null;
  snapshotAt: Date;
  relations: KnownRelations;
  /** When all were last read, whether they had changed or not; 0 after a start, so that all are. */
  refreshedAt: number;
}

/** What was found in a database (0 for the server), after it was stored, and what had been seen there before. */
type Found<Reading extends Counted> = (
  scope: number,
  items: readonly Reading[],
  before: PreviousSnapshot | undefined,
) => void;

type ReadSnapshot<Reading extends Counted> = (
  connection: ServerConnection,
  instance: Instance,
  before: KnownRelations,
) => Promise<ConsistentSnapshot<Reading>>;

const SERVER = 0;
/** How often everything is read, including what looks unchanged. */
const REFRESH_MS = 3_600_000;

export class CountedMetric<Reading extends Counted> implements Metric {
  readonly name: string;
  private readonly serverId: string;
  private readonly kind: CountedKind<Reading>;
  private readonly readSnapshot: ReadSnapshot<Reading>;
  private readonly found: Found<Reading>;
  private last = new Map<number, LastSnapshot>();
  /** How many were there when they were read last, by database; fewer may have been read. */
  private readonly counts = new Map<number, number>();

  constructor(
    serverId: string,
    kind: CountedKind<Reading>,
    { readSnapshot, found = () => {} }: { readSnapshot: ReadSnapshot<Reading>; found?: Found<Reading> },
  ) {
    this.name = kind.table;
    this.serverId = serverId;
    this.kind = kind;
    this.readSnapshot = readSnapshot;
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
    const stored = await loadSnapshots(tx, this.kind, this.serverId);
    this.last = new Map([...stored].map(([scope, snapshot]) => [scope, { ...snapshot, refreshedAt: 0 }]));
    for (const [scope, { relations }] of stored) this.counts.set(scope, relations.size);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const { database, databaseOid, identity, resetEpoch } = instance;
    const scope = this.kind.samples.scope ? databaseOid : SERVER;
    const before = this.last.get(scope);
    const since = before?.resetEpoch ? fateBetween(before.resetEpoch, resetEpoch, before.resetEpoch.state.at) : 'kept';
    const comparable = before?.identity === identity && since !== 'another' ? before : undefined;
    const fate = comparable && since !== 'another' ? since : 'kept';
    const isFresh = comparable && fate === 'kept' && takenAt.getTime() - comparable.refreshedAt < REFRESH_MS;
    let fresh = isFresh ? comparable : undefined;
    let found = await this.readSnapshot(connection, instance, fresh?.relations ?? NONE_KNOWN);
    if (fresh?.resetEpoch && fateOf(fresh.resetEpoch, found, scope) !== 'kept') {
      fresh = undefined;
      found = await this.readSnapshot(connection, instance, NONE_KNOWN);
    }
    const { known, items, gone, mark, state } = found;
    const judged =
      comparable && isStarted(comparable, resetEpoch) && !anyFell(comparable, found) ? softened(fate) : fate;
    const fateIn = (oid: number) =>
      comparable?.resetEpoch ? worse(judged, fateOf(comparable.resetEpoch, found, oid)) : judged;
    this.counts.set(scope, known);
    const relations = fresh ? fresh.relations.with({ items, gone, mark }) : KnownRelations.of(items, mark);
    const scopeEpoch = { ...resetEpoch, state };
    return {
      save: (tx) =>
        storeCounted(tx, this.kind, {
          serverId: this.serverId,
          database,
          databaseOid: scope,
          identity,
          resetEpoch: scopeEpoch,
          anew: fateIn(scope) !== 'kept',
          takenAt,
          spanUs: comparable && Math.max(0, takenAt.getTime() - comparable.snapshotAt.getTime()) * 1_000,
          changed: items,
          gone: fresh ? gone : [...(before?.relations.oids ?? [])].filter((oid) => !relations.countersOf(oid)),
          deltas: comparable ? deltas(comparable, items, (oid) => fateIn(scope === SERVER ? oid : scope)) : [],
        }),
      committed: () => {
        this.last.set(scope, {
          identity,
          resetEpoch: scopeEpoch,
          snapshotAt: takenAt,
          relations,
          refreshedAt: fresh?.refreshedAt ?? takenAt.getTime(),
        });
        this.found(scope, items, comparable);
      },
    };
  }

  /** Drops databases that are none of these. */
  keepOnly(databaseOids: ReadonlySet<number>, at: Date): Prepared {
    const gone = [...this.last.keys()].filter((oid) => !databaseOids.has(oid));
    return {
      save: async (tx) => {
        if (gone.length > 0) await expireDatabases(tx, this.kind, this.serverId, { databaseOids: gone, at });
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

const isStarted = ({ resetEpoch }: LastSnapshot, now: ResetEpoch): boolean => resetEpoch?.startedAt !== now.startedAt;

/*
 * After a start statistics may look as after a crash where a server keeps them in its own way. If nothing is lower than
 * it was, that was no crash or has been outgrown: the least is told, rather than a whole reset epoch over again.
 */
const softened = (fate: Fate): Fate => (fate === 'lost' ? 'doubtful' : fate);

function anyFell({ resetEpoch, relations }: LastSnapshot, { items, state }: ConsistentSnapshot<Counted>): boolean {
  if (resetEpoch && state.transactions !== null && resetEpoch.state.transactions !== null)
    return state.transactions < resetEpoch.state.transactions;
  return items.some(({ oid, counters }) =>
    relations.countersOf(oid)?.some((earlier, index) => (counters[index] ?? 0) < earlier),
  );
}

const fateOf = (before: ScopeResetEpoch, now: ConsistentSnapshot<Counted>, databaseOid: number): Fate =>
  databaseFate(before.state, now.state, databaseOid);

/** What did not exist at the last snapshot counted from zero. */
function deltas({ relations }: LastSnapshot, items: readonly Counted[], fateIn: (oid: number) => Fate): CountedDelta[] {
  return items.flatMap(({ oid, counters }) => {
    const delta = counterDelta(relations.countersOf(oid) ?? counters.map(() => 0), counters, fateIn(oid));
    return delta ? [{ id: oid, ...delta }] : [];
  });
}
