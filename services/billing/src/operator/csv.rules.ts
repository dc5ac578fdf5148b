import { asText, csvField, csvLine, isFormula } from '@tidegate/contracts/kernel/csv';

type Cell = string | number | null;

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return csvField(isFormula(cell) ? asText(cell) : cell);
}

/** A table as RFC 4180 wants it, with a header. Text that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvOf = (
  columns: readonly string[],
  rows: readonly Record<string, Cell>[],
  { header = true }: { header?: boolean } = {},
): string =>
  [...(header ? [columns] : []), ...rows.map((row) => columns.map((column) => row[column] ?? null))]
    .map((cells) => csvLine(cells.map(written)))
    .join('');
