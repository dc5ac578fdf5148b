import { type KnownRelations, NONE_KNOWN } from './known-relations.rules.ts';
import { type IndexReading, TABLE_COUNTERS, type TableReading } from './readings.rules.ts';

/*
 * Which tables may have another size than at the snapshot before: those that are new, that were rewritten or renamed, that
 * somebody wrote to or vacuumed, and those whose indexes were made or rebuilt. Reading changes no size.
 */
/** Counters, of tables and of databases, that move with what makes files longer. */
export const WRITES = ['rows_inserted', 'rows_updated', 'rows_deleted'] as const;
const WRITTEN = WRITES.map((name) => TABLE_COUNTERS.indexOf(name));

/** The server's clock and ours may differ by this much. */
const CLOCKS_DIFFER_MS = 600_000;

export interface PreviousSnapshot {
  relations: KnownRelations;
  snapshotAt: Date;
}

export function resizedTables(items: readonly TableReading[], before: PreviousSnapshot | undefined): number[] {
  const known = before?.relations ?? NONE_KNOWN;
  const since = ((before?.snapshotAt.getTime() ?? 0) - CLOCKS_DIFFER_MS) * 1_000;
  const resized = items.filter(({ oid, definition, counters, lastVacuumUs }) => {
    const counted = known.countersOf(oid);
    return (
      !counted ||
      definition !== known.definitionOf(oid) ||
      WRITTEN.some((at) => counters[at] !== counted[at]) ||
      (lastVacuumUs !== null && lastVacuumUs > since)
    );
  });
  return resized.map(({ oid }) => oid);
}

export function tablesOfRebuilt(items: readonly IndexReading[], before: PreviousSnapshot | undefined): number[] {
  const rebuilt = items.filter(({ oid, definition }) => definition !== before?.relations.definitionOf(oid));
  return [...new Set(rebuilt.map(({ tableOid }) => tableOid))];
}
