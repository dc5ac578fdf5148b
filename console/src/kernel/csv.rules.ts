import { asText, csvField, csvLine, isFormula } from '@tidegate/contracts/kernel/csv';

export interface Column<Row> {
  key: string;
  /** Empty: a column of buttons. */
  title: string;
  /** What is sorted by, and what CSV has: all digits, ISO instants. */
  value: (row: Row) => string | number | null | undefined;
  /** What is shown; by default the value, a number in the reader's notation with every digit. */
  cell?: (row: Row) => React.ReactNode;
  /** What its numbers are counted in, such as a currency: in CSV a column of its own, behind the first of those that name the same. */
  unit?: { title: string; of: (row: Row) => string | null };
  /** Numbers stand at the right. */
  number?: boolean;
  /** Takes what the others leave and is cut there, with all of it in its tooltip. */
  wide?: boolean;
  /** Not shown until it is chosen. */
  hidden?: boolean;
}

/** Decimals are texts, because they are exact; a negative one is no formula. */
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** As RFC 4180. What a spreadsheet would take for a formula is a text. */
export function csv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quoted = (value: string | number | null | undefined) => {
    const text = value == null ? '' : String(value);
    const safe = typeof value === 'string' && isFormula(text) && !NUMBER.test(text) ? asText(text) : text;
    return csvField(safe);
  };
  const saved = columns.flatMap<Pick<Column<Row>, 'title' | 'value'>>((column, at) => {
    const { unit } = column;
    const isFirst = unit && columns.findIndex((one) => one.unit?.title === unit.title) === at;
    return isFirst ? [column, { title: unit.title, value: unit.of }] : [column];
  });
  const lines = [
    saved.map(({ title }) => quoted(title)),
    ...rows.map((row) => saved.map(({ value }) => quoted(value(row)))),
  ];
  return lines.map(csvLine).join('');
}
