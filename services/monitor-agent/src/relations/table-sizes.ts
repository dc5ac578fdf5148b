import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Prepared } from '../kernel/schedule/metric.ts';
import { storeSizes } from './size.rows.ts';
import { readCatalogueMark, readLocked, readSizes } from './sizes.queries.ts';

/*
 * Sizes of the tables of one server, each database by itself. To ask thousands of relations for their size costs a
 * server more than all else that is read of them, and mostly repeats what was known. So only those are measured that may
 * have another size (resized.rules.ts), and those that are locked, to mark them; all of them every six hours.
 *
 * The shapes of indexes are read along. Of those that are not new they change with the catalogue only: when its
 * counters moved, all tables are gone through again, once an hour.
 */
export const ALL_MS = 6 * 3_600_000;
const RESHAPE_MS = 3_600_000;

interface Sizes {
  /** By oid: those that may have another size than the stored one. */
  resized: Set<number>;
  allAt: number;
  mark: number;
  /** Shapes of indexes up to this oid are stored, once all tables were gone through. */
  shapedUpTo: number;
}

export interface MeasuredDatabase {
  oid: number;
  tableOids: readonly number[];
}

export class TableSizes {
  private readonly databases = new Map<number, Sizes>();

  changed(databaseOid: number, tableOids: readonly number[]): void {
    const { resized } = this.of(databaseOid);
    for (const oid of tableOids) resized.add(oid);
  }

  /** Whether there are tables that may have another size than the stored one. */
  owes(databaseOid: number): boolean {
    return this.of(databaseOid).resized.size > 0;
  }

  keepOnly(databaseOids: ReadonlySet<number>): void {
    for (const oid of this.databases.keys()) if (!databaseOids.has(oid)) this.databases.delete(oid);
  }

  /** `left`: there was no time for all. */
  async read(
    serverId: string,
    connection: ServerConnection,
    { database: { oid, tableOids }, now, hasTime }: { database: MeasuredDatabase; now: number; hasTime: () => boolean },
  ): Promise<Prepared & { left: boolean }> {
    const sizes = this.of(oid);
    const [mark, locked] = await Promise.all([readCatalogueMark(connection), readLocked(connection)]);
    const age = now - sizes.allAt;
    const all = age >= ALL_MS || (age >= RESHAPE_MS && mark !== sizes.mark);
    const resized = [...sizes.resized];
    const wanted = all ? tableOids : tableOids.filter((table) => sizes.resized.has(table) || locked.has(table));
    const shapedUpTo = all ? 0 : sizes.shapedUpTo;
    const read = await readSizes(connection, wanted, { hasTime, shapedUpTo });
    const left = read.left.length > 0;
    let highest = 0;
    return {
      left,
      save: async (tx) => {
        highest = await storeSizes(tx, serverId, oid, read);
      },
      committed: () => {
        // What was noted meanwhile stays for the next time; what is neither measured nor there any more goes.
        for (const table of resized) sizes.resized.delete(table);
        for (const table of wanted) sizes.resized.delete(table);
        for (const table of [...read.left, ...read.stale]) sizes.resized.add(table);
        if (all) Object.assign(sizes, { allAt: now, mark });
        sizes.shapedUpTo = left ? shapedUpTo : Math.max(highest, shapedUpTo);
      },
    };
  }

  private of(databaseOid: number): Sizes {
    const known = this.databases.get(databaseOid);
    if (known) return known;
    const none = { resized: new Set<number>(), allAt: Number.NEGATIVE_INFINITY, mark: -1, shapedUpTo: 0 };
    this.databases.set(databaseOid, none);
    return none;
  }
}
