type Cell = string | number | null;

/** What a spreadsheet would compute when it opens the file, after blanks that it skips; full-width ones too. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as RFC 4180 wants it, with a header. Text that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvOf = (
  columns: readonly string[],
  rows: readonly Record<string, Cell>[],
  { header = true }: { header?: boolean } = {},
): string =>
  [...(header ? [columns] : []), ...rows.map((row) => columns.map((column) => row[column] ?? null))]
    .map((cells) => `${cells.map(written).join(',')}\r\n`)
    .join('');
