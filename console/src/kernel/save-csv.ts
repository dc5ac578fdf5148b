import type { Asked } from './asked.ts';
import { type Column, csv } from './csv.rules.ts';
import { compareNames } from './format.ts';
import { saveFile } from './save-file.ts';
import { type TableSearch, viewOf } from './table-view.rules.ts';

/** More would not fit into the memory of a small machine, nor into most spreadsheets with comfort. */
export const MOST_ROWS = 10_000;

interface Table<Row> {
  name: string;
  /** As they are shown. */
  view: readonly Row[];
  /** Those of the address, where the table sorts and searches by itself. */
  search: TableSearch | undefined;
  columns: readonly Column<Row>[];
  /** Every column, for what is searched. */
  all: readonly Column<Row>[];
  /** Where more pages can be read from. */
  asked: Asked | undefined;
}

/** All rows that the filter matches, not only those that were loaded. Loaded with its first use. */
export async function saveCsv<Row>({ name, view, search, columns, all, asked }: Table<Row>): Promise<{ cut: boolean }> {
  const read = (await asked?.all?.(MOST_ROWS + 1)) as readonly Row[] | undefined;
  const cut = (read?.length ?? 0) > MOST_ROWS;
  const first = read?.slice(0, MOST_ROWS);
  const rows = first ? (search ? viewOf(first, all, search, compareNames) : first) : view;
  saveFile(`${name}.csv`, new Blob([csv(columns, rows)], { type: 'text/csv;charset=utf-8' }));
  return { cut };
}
