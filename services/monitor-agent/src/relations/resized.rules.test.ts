import { KnownRelations } from './known-relations.rules.ts';
import { type IndexReading, TABLE_COUNTERS, type TableReading } from './readings.rules.ts';
import { resizedTables, tablesOfRebuilt } from './resized.rules.ts';

const SNAPSHOT_AT = new Date('2026-06-01T12:00:00Z');
const counters = (changes: Partial<Record<(typeof TABLE_COUNTERS)[number], number>> = {}) =>
  TABLE_COUNTERS.map((name) => changes[name] ?? 10);

const table = (changes: Partial<TableReading> = {}): TableReading => ({
  oid: 1,
  definition: 7,
  counters: counters(),
  schema: 's',
  name: 't',
  kind: 'table',
  estimatedRows: 1,
  liveRows: 1,
  deadRows: 0,
  lastVacuumUs: null,
  lastAnalyzeUs: null,
  rootOid: null,
  ...changes,
});
const before = { relations: KnownRelations.of([table()]), snapshotAt: SNAPSHOT_AT };
const minutes = (count: number) => (SNAPSHOT_AT.getTime() + count * 60_000) * 1_000;

test.each<[string, boolean, Partial<TableReading>]>([
  ['nothing', false, {}],
  ['somebody read it', false, { counters: counters({ sequential_scans: 11, rows_fetched_by_bitmap: 99 }) }],
  ['it was analysed', false, { lastAnalyzeUs: minutes(1) }],
  ['it was vacuumed long ago', false, { lastVacuumUs: minutes(-60) }],
  ['it was vacuumed', true, { lastVacuumUs: minutes(1) }],
  ['it was vacuumed, by a clock that is behind', true, { lastVacuumUs: minutes(-5) }],
  ['rows were inserted', true, { counters: counters({ rows_inserted: 11 }) }],
  ['rows were updated', true, { counters: counters({ rows_updated: 11 }) }],
  ['rows were deleted', true, { counters: counters({ rows_deleted: 11 }) }],
  ['its counters were reset', true, { counters: counters({ rows_inserted: 0 }) }],
  ['it was rewritten or renamed', true, { definition: 8 }],
  ['it is new', true, { oid: 2 }],
])('a table is measured again: %s', (_, resized, changes) => {
  const one = table(changes);
  expect(resizedTables([one], before)).toEqual(resized ? [one.oid] : []);
  expect(resizedTables([one], undefined)).toEqual([one.oid]);
});

test('a table is measured again when one of its indexes was made, rebuilt or finished', () => {
  const index = (oid: number, definition: number) => ({ oid, definition, tableOid: 5, counters: [1] }) as IndexReading;
  const known = { relations: KnownRelations.of([index(1, 3), index(2, 3)]), snapshotAt: SNAPSHOT_AT };
  expect(tablesOfRebuilt([index(1, 3)], known)).toEqual([]);
  expect(tablesOfRebuilt([index(1, 4), index(2, 4), index(3, 1)], known)).toEqual([5]);
});
