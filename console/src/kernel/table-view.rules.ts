import type { Column } from './csv.rules.ts';

/**
 * In the address, so that a link shows the table as it is seen: `by=-name` is by name, largest first; `find=abc` are the rows
 * with abc; `cols=name,size` are the columns.
 */
export interface TableSearch {
  by?: string | undefined;
  find?: string | undefined;
  cols?: string | undefined;
}

const NAMES = /^([a-z0-9_]+-)?(by|find|cols)$/;

/** Of a page with several tables, those after the first have a part of their own: `events-by=at`. */
export const tablesIn = (raw: Record<string, unknown>): TableSearch =>
  Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) =>
      NAMES.test(name) && (typeof value === 'number' || (typeof value === 'string' && value !== ''))
        ? [[name, String(value)]]
        : [],
    ),
  );

const inAddress = (part: string | undefined, name: string) => (part === undefined ? name : `${part}-${name}`);

export function searchOf(search: TableSearch, part: string | undefined): TableSearch {
  const of = (name: keyof TableSearch) => (search as Record<string, string | undefined>)[inAddress(part, name)];
  return { by: of('by'), find: of('find'), cols: of('cols') };
}

/** The address after a change of one of its tables. */
export const searchWith = (before: object, part: string | undefined, next: TableSearch): object => ({
  ...before,
  ...Object.fromEntries(Object.entries(next).map(([name, value]) => [inAddress(part, name), value])),
});

/** The keys of the columns that are shown: as the address says, else as was chosen before, else those that are not hidden. */
export function shownColumns(
  columns: readonly Pick<Column<never>, 'key' | 'title' | 'hidden'>[],
  cols: string | undefined,
  hiddenBefore: string | undefined,
): ReadonlySet<string> {
  const asked = new Set(cols?.split(','));
  const hidden = new Set(hiddenBefore?.split(' '));
  const isShown = ({ key, title, hidden: atFirst }: (typeof columns)[number]) =>
    title === '' || (cols !== undefined ? asked.has(key) : hiddenBefore !== undefined ? !hidden.has(key) : !atFirst);
  const shown = columns.filter(isShown);
  // An address that names none of them is of another table.
  return new Set((shown.some(({ title }) => title !== '') ? shown : columns).map(({ key }) => key));
}

type Value = string | number | null | undefined;

/** The rows that have the text in one of their columns, in order; as they came where the address does not say another. */
export function viewOf<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { by, find }: TableSearch,
  compareTexts: (a: string, b: string) => number,
): readonly Row[] {
  const text = find && searched(find);
  // As it is saved, and as it is seen: `paid` is "bezahlt" to a German, and 49.00 is 49,00.
  const has = (row: Row) =>
    columns.some(({ title, value, cell }) =>
      searched(`${value(row) ?? ''}\n${cell && title !== '' ? textOf(cell(row)) : ''}`).includes(text ?? ''),
    );
  const kept = text ? rows.filter(has) : rows;
  const { key, down } = orderOf(by);
  const column = columns.find((one) => one.key === key);
  if (!column) return kept;
  const compareKnown = column.number ? asNumbers(compareTexts) : compareTexts;
  return kept.toSorted((a, b) => compare(column.value(a), column.value(b), compareKnown) * (down ? -1 : 1));
}

/** Spaces that do not break are typed as any other. */
const searched = (text: string): string => text.toLowerCase().replaceAll(/[\u00a0\u202f]/g, ' ');

/** What stands in a cell, where it is written there; what a part of it draws by itself is not known. */
function textOf(node: unknown): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map(textOf).join(' ');
  const props = (node as { props?: { children?: unknown } } | null | undefined)?.props;
  return props ? textOf(props.children) : '';
}

export const orderOf = (by: string | undefined): { key: string | undefined; down: boolean } =>
  by?.startsWith('-') ? { key: by.slice(1), down: true } : { key: by, down: false };

/** A click on a heading: the largest first, then the smallest. */
export const nextOrder = (by: string | undefined, key: string): string => (by === `-${key}` ? key : `-${key}`);

/** Decimals are texts, because they are exact: 1.25 is less than 1.3, and -10 less than -5. */
const asNumbers =
  (compareTexts: (a: string, b: string) => number) =>
  (a: string, b: string): number => {
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) || difference === 0 ? compareTexts(a, b) : difference;
  };

function compare(a: Value, b: Value, compareTexts: (a: string, b: string) => number): number {
  // What is not known stands last when the largest is first.
  if (a == null || b == null) return a == null ? (b == null ? 0 : -1) : 1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b));
}
