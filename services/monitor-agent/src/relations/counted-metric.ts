import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { type Fate, fateBetween, type Life, worse } from '../kernel/instance/reset-epoch.rules.ts';
import type { Metric, Prepared } from '../kernel/schedule/metric.ts';
import type { CountedDelta } from '../kernel/storage/sample.rows.ts';
import { counterDelta, databaseFate } from './counters.rules.ts';
import { forgetDatabases } from './gone.rows.ts';
import { type Counted, KnownRelations, NONE_KNOWN, type WholeLook } from './known-relations.ts';
import { type CountedKind, loadLooks, type ScopeLife, saveCounted } from './relation.rows.ts';
import type { LookBefore } from './resized.rules.ts';

/*
 * Databases, tables or indexes: what changed since the last look, and what was counted in between.
 *
 * Databases are the server's, so there is one last look. Tables and indexes belong to a database each, and every
 * database has a last look of its own, whenever that was. Nothing is compared with a look at another instance. Where
 * anything was set back since, all is read: what looks unchanged may have grown as much from zero.
 */
interface LastLook {
  identity: string;
  /** null: stored before lives were told apart. */
  life: ScopeLife | null;
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
) => Promise<WholeLook<Reading>>;

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
    const since = before?.life ? fateBetween(before.life, life, before.life.state.at) : 'kept';
    const comparable = before?.identity === identity && since !== 'another' ? before : undefined;
    const fate = comparable && since !== 'another' ? since : 'kept';
    const isFresh = comparable && fate === 'kept' && takenAt.getTime() - comparable.refreshedAt < REFRESH_MS;
    let fresh = isFresh ? comparable : undefined;
    let found = await this.look(connection, instance, fresh?.relations ?? NONE_KNOWN);
    if (fresh?.life && fateOf(fresh.life, found, scope) !== 'kept') {
      fresh = undefined;
      found = await this.look(connection, instance, NONE_KNOWN);
    }
    const { known, items, gone, mark, state } = found;
    const judged = comparable && isStarted(comparable, life) && !anyFell(comparable, found) ? softened(fate) : fate;
    const fateIn = (oid: number) => (comparable?.life ? worse(judged, fateOf(comparable.life, found, oid)) : judged);
    this.counts.set(scope, known);
    const relations = fresh ? fresh.relations.with({ items, gone, mark }) : KnownRelations.of(items, mark);
    const scopeLife = { ...life, state };
    return {
      save: (tx) =>
        saveCounted(tx, this.kind, {
          serverId: this.serverId,
          database,
          databaseOid: scope,
          identity,
          life: scopeLife,
          anew: fateIn(scope) !== 'kept',
          takenAt,
          spanUs: comparable && Math.max(0, takenAt.getTime() - comparable.lookedAt.getTime()) * 1_000,
          changed: items,
          gone: fresh ? gone : [...(before?.relations.oids ?? [])].filter((oid) => !relations.countersOf(oid)),
          deltas: comparable ? deltas(comparable, items, (oid) => fateIn(scope === SERVER ? oid : scope)) : [],
        }),
      committed: () => {
        this.last.set(scope, {
          identity,
          life: scopeLife,
          lookedAt: takenAt,
          relations,
          refreshedAt: fresh?.refreshedAt ?? takenAt.getTime(),
        });
        this.found(scope, items, comparable);
      },
    };
  }

  /** Forgets databases that are none of these. */
  keepOnly(databaseOids: ReadonlySet<number>, at: Date): Prepared {
    const gone = [...this.last.keys()].filter((oid) => !databaseOids.has(oid));
    return {
      save: async (tx) => {
        if (gone.length > 0) await forgetDatabases(tx, this.kind, this.serverId, { databaseOids: gone, at });
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

const isStarted = ({ life }: LastLook, now: Life): boolean => life?.startedAt !== now.startedAt;

/*
 * After a start statistics may look as after a crash where a server keeps them in its own way. If nothing is lower than
 * it was, that was no crash or has been outgrown: the least is told, rather than a whole life over again.
 */
const softened = (fate: Fate): Fate => (fate === 'lost' ? 'doubtful' : fate);

function anyFell({ life, relations }: LastLook, { items, state }: WholeLook<Counted>): boolean {
  if (life && state.transactions !== null && life.state.transactions !== null)
    return state.transactions < life.state.transactions;
  return items.some(({ oid, counters }) =>
    relations.countersOf(oid)?.some((earlier, index) => (counters[index] ?? 0) < earlier),
  );
}

const fateOf = (before: ScopeLife, now: WholeLook<Counted>, databaseOid: number): Fate =>
  databaseFate(before.state, now.state, databaseOid);

/** What did not exist at the last look counted from zero. */
function deltas({ relations }: LastLook, items: readonly Counted[], fateIn: (oid: number) => Fate): CountedDelta[] {
  return items.flatMap(({ oid, counters }) => {
    const delta = counterDelta(relations.countersOf(oid) ?? counters.map(() => 0), counters, fateIn(oid));
    return delta ? [{ id: oid, ...delta }] : [];
  });
}
