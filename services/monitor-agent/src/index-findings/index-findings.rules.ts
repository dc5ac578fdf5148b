import { filled } from '@tidegate/contracts/kernel/fill-text';
import { FINDING_TEXTS as T } from '@tidegate/contracts/monitor-agent/finding-texts';
import type { IndexFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import { covers, type IndexSnapshot, type IndexUse, isFree, isKnown, isTwin, type Known } from './index-facts.rules.ts';

/*
 * What is wrong with the indexes of a server (monitoring.md 3.8). Each index has at most one finding: an invalid one is
 * broken whatever else it is, and one that another covers needs no proof that nobody reads it.
 */
export interface Limits {
  /** How long an index must not have been read before it is called unused. */
  unusedMs: number;
  /** Share of that time that may be unobserved. */
  gaps: number;
  /** Smaller ones are not worth the trouble. */
  unusedBytes: number;
}

const DAY_MS = 86_400_000;
export const LIMITS: Limits = { unusedMs: 35 * DAY_MS, gaps: 0.05, unusedBytes: 1024 * 1024 };

/** Each index of a table is compared with each other: no honest server has more than this. */
const COMPARED = 200;
/** Indexes that cover another one, told by name. */
const REPORTED = 10;

/** Table by table, so that a caller with tens of thousands can let other work run in between. */
export function* findingsByTable(
  indexes: readonly IndexSnapshot[],
  now: number,
  limits: Limits = LIMITS,
): Generator<IndexFinding[]> {
  for (const table of byTable(indexes)) {
    const compared = table.slice(0, COMPARED);
    const doubles = doubled(compared.filter(isKnown));
    yield table.flatMap(
      (index) =>
        invalid(index, compared) ?? doubles.get(index.oid) ?? unused(index, now, limits) ?? ([] as IndexFinding[]),
    );
  }
}

/** What a finding is about, whenever it is found. Names may be long; 300 characters hold all that PostgreSQL allows. */
export const findingId = ({ kind, database, schema, index }: IndexFinding): string =>
  `${kind}:${database}.${schema}.${index}`;

export function largestFirst(findings: IndexFinding[]): IndexFinding[] {
  const name = ({ database, schema, index }: IndexFinding) => `${database} ${schema} ${index}`;
  return findings.sort((a, b) => (b.bytes ?? -1) - (a.bytes ?? -1) || (name(a) < name(b) ? -1 : 1));
}

function byTable(indexes: readonly IndexSnapshot[]): IndexSnapshot[][] {
  const tables = new Map<string, IndexSnapshot[]>();
  for (const index of indexes) {
    const key = `${index.databaseOid} ${index.tableOid}`;
    const table = tables.get(key);
    if (table) table.push(index);
    else tables.set(key, [index]);
  }
  return [...tables.values()];
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const qualified = ({ schema, name }: IndexSnapshot) => `${quote(schema)}.${quote(name)}`;
const drop = (index: IndexSnapshot) => `DROP INDEX CONCURRENTLY ${qualified(index)};`;

const base = ({ database, schema, table, name, columns, method, bytes }: IndexSnapshot) => ({
  database,
  schema,
  table,
  index: name,
  columns,
  method,
  bytes,
  coveredBy: [] as string[],
  unusedSince: null,
});

/** What REINDEX CONCURRENTLY leaves behind when it fails. */
const LEFT_OVER = /_cc(new|old)\d*$/;

/**
 * A build that failed. What enforces a constraint is built anew; what a valid twin or its original already does goes;
 * anything else is built anew, as somebody wanted it.
 */
function invalid(index: IndexSnapshot, table: readonly IndexSnapshot[]): IndexFinding | undefined {
  if (index.valid || index.building || index.facts?.attached) return undefined;
  const twin = isKnown(index)
    ? table.find((other) => other.oid !== index.oid && isKnown(other) && other.valid && isTwin(other, index))
    : undefined;
  const constraint = index.facts?.constraint ?? null;
  const isLeftOver = LEFT_OVER.test(index.name);
  const goes = constraint === null && (isLeftOver || (twin !== undefined && (twin.unique || !index.unique)));
  const evidence: string[] = [T.nobodyBuilds];
  if (isLeftOver) evidence.push(T.leftOver);
  if (twin) evidence.push(filled(T.validTwin, { name: twin.name }));
  if (!goes && index.unique) evidence.push(T.duplicatesFirst);
  const concurrently = constraint === 'x' ? '' : ' CONCURRENTLY';
  return {
    ...base(index),
    kind: 'invalid',
    coveredBy: twin ? [twin.name] : [],
    what: T.invalid,
    evidence,
    sql: goes ? drop(index) : `REINDEX INDEX${concurrently} ${qualified(index)};`,
  };
}

/*
 * Who is covered by whom among the indexes of one table. Of twins that are both free the older one stays, so each pair
 * is reported once; "is covered by" has no circles then, and who is covered is covered by one that is not.
 */
function doubled(indexes: readonly Known[]): Map<number, IndexFinding> {
  const working = indexes.filter(({ valid, building }) => valid && !building);
  const coverers = new Map<number, Known[]>();
  for (const index of working) {
    if (!isFree(index)) continue;
    const found = working.filter((other) => other.oid !== index.oid && covers(other, index) && stays(other, index));
    if (found.length > 0) coverers.set(index.oid, found);
  }
  const covered = ({ oid }: Known) => (coverers.has(oid) ? 1 : 0);
  return new Map(
    working.flatMap((index) => {
      const found = [...(coverers.get(index.oid) ?? [])]
        .sort((a, b) => covered(a) - covered(b) || rankTwin(index, a) - rankTwin(index, b) || a.oid - b.oid)
        .slice(0, REPORTED);
      return found.length > 0 ? [[index.oid, doubleFinding(index, found)] as const] : [];
    }),
  );
}

const rankTwin = (index: Known, other: Known) => (isTwin(index, other) ? 0 : 1);

const stays = (other: Known, index: Known) => !isTwin(other, index) || !isFree(other) || other.oid < index.oid;

function doubleFinding(index: Known, coverers: readonly Known[]): IndexFinding {
  const [keep] = coverers;
  const twins = coverers.filter((other) => isTwin(other, index));
  const names = coverers.map(({ name }) => name);
  const evidence: string[] = coverers.map(role);
  if (index.facts.foreignKeys.length > 0)
    evidence.push(filled(T.supported, { keys: index.facts.foreignKeys.join(', '), name: keep?.name ?? '' }));
  return {
    ...base(index),
    kind: twins.length > 0 ? 'duplicate' : 'redundant',
    coveredBy: names,
    what: twins[0] ? filled(T.twin, { name: twins[0].name }) : filled(T.prefix, { name: keep?.name ?? '' }),
    evidence,
    sql: drop(index),
  };
}

/** What another index is, and why it stays. */
function role({ name, columns, facts, unique }: Known): string {
  const backs = { p: 'Primary', u: 'Constraint', x: 'Exclusion' } as const;
  const part = facts.constraint ? backs[facts.constraint] : unique ? 'Unique' : '';
  const text = T[`${facts.include.length > 0 ? 'includes' : 'covers'}${part}`];
  return filled(text, { name, columns: columns.join(', ') });
}

/** Since when nobody has read it, as far as we can know: counting began, it was first seen, or it was last read. */
const unusedSince = (use: IndexUse & { countingSince: number }): number =>
  Math.max(use.countingSince, use.firstSeenAt, use.lastScanAt ?? 0);

/** All that was not observed since counting began is held against the time that the index seems unused. */
export function isUnused(use: IndexUse, now: number, limits: Limits): use is IndexUse & { countingSince: number } {
  if (use.countingSince === null || use.usedElsewhere) return false;
  const unused = now - unusedSince({ ...use, countingSince: use.countingSince });
  return unused >= limits.unusedMs && use.unobservedMs < limits.gaps * unused;
}

function unused(index: IndexSnapshot, now: number, limits: Limits): IndexFinding | undefined {
  const { use } = index;
  if (!isKnown(index) || !index.valid || index.building || !isFree(index)) return undefined;
  if ((index.bytes ?? 0) < limits.unusedBytes || !isUnused(use, now, limits)) return undefined;
  const since = unusedSince(use);
  const days = Math.floor((now - since) / DAY_MS);
  const evidence: string[] = [filled(T.noScans, { days })];
  const { foreignKeys, expressions } = index.facts;
  if (foreignKeys.length > 0) evidence.push(filled(T.supports, { keys: foreignKeys.join(', ') }));
  if (expressions !== null) evidence.push(T.statistics);
  evidence.push(T.standbys);
  const needed = foreignKeys.length > 0 || expressions !== null;
  return {
    ...base(index),
    kind: 'unused',
    unusedSince: new Date(since).toISOString(),
    what: filled(T.unread, { days }),
    evidence,
    sql: needed ? null : drop(index),
  };
}

/** How far each database has come on the way to judging what is unused. */
export function observedDatabases(indexes: readonly IndexSnapshot[], now: number, limits: Limits = LIMITS) {
  const uses = new Map(indexes.map(({ database, use }) => [database, use] as const));
  return [...uses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([database, { countingSince, unobservedMs }]) => {
      const observedMs = countingSince === null ? 0 : Math.max(0, now - countingSince - unobservedMs);
      const use = { countingSince, unobservedMs, firstSeenAt: 0, lastScanAt: null, usedElsewhere: false };
      return {
        database,
        countingSince: countingSince === null ? null : new Date(countingSince).toISOString(),
        observedDays: Math.round((100 * observedMs) / DAY_MS) / 100,
        judgesUnused: isUnused(use, now, limits),
      };
    });
}
