import type { Column } from './csv.rules.ts';
import { nextOrder, searchOf, searchWith, shownColumns, tablesIn, viewOf } from './table-view.rules.ts';

interface Row {
  name: string;
  size: number | null;
}
const rows: Row[] = [
  { name: 'orders', size: 3 },
  { name: 'users', size: null },
  { name: 'items10', size: 20 },
  { name: 'items9', size: 100 },
];
const columns: Column<Row>[] = [
  { key: 'name', title: 'Name', value: ({ name }) => name },
  { key: 'size', title: 'Size', value: ({ size }) => size, number: true },
];
const names = (search: { by?: string; find?: string }) =>
  viewOf(rows, columns, search, new Intl.Collator('en', { numeric: true }).compare).map(({ name }) => name);

test.each([
  [{}, ['orders', 'users', 'items10', 'items9']],
  [{ by: '-size' }, ['items9', 'items10', 'orders', 'users']],
  [{ by: 'size' }, ['users', 'orders', 'items10', 'items9']],
  [{ by: 'name' }, ['items9', 'items10', 'orders', 'users']],
  [{ by: 'gone' }, ['orders', 'users', 'items10', 'items9']],
  [{ find: 'ITEMS', by: 'name' }, ['items9', 'items10']],
  [{ find: '100' }, ['items9']],
])('%j shows %j', (search, expected) => {
  expect(names(search)).toEqual(expected);
});

test.each([
  [
    ['1.25', '-5', '1.3', '-10', '1e3', '12345678901234567890.2', '12345678901234567890.1'],
    ['-10', '-5', '1.25', '1.3', '1e3', '12345678901234567890.1', '12345678901234567890.2'],
  ],
  [
    ['3 / 10', '12 / 10', '2 / 10'],
    ['2 / 10', '3 / 10', '12 / 10'],
  ],
])('exact decimals are sorted as numbers, other texts as texts: %j', (texts, sorted) => {
  const column = { key: 'value', title: '', value: (text: string) => text, number: true };
  expect(viewOf(texts, [column], { by: 'value' }, new Intl.Collator('en', { numeric: true }).compare)).toEqual(sorted);
});

test('a heading sorts the largest first, then the smallest', () => {
  expect([undefined, '-size', 'size', '-name'].map((by) => nextOrder(by, 'size'))).toEqual([
    '-size',
    'size',
    '-size',
    '-size',
  ]);
});

test('each table of a page has its own state in the address, and nothing else of the address is taken for it', () => {
  const address = { by: '-size', 'events-find': 7, 'events-by': '', sort: 'x', 'a b-by': '1', cols: ['name'] };
  expect(tablesIn(address)).toEqual({ by: '-size', 'events-find': '7' });
  expect(searchOf(tablesIn(address), 'events')).toEqual({ find: '7' });
  expect(searchOf(tablesIn(address), undefined)).toEqual({ by: '-size' });
  expect(searchWith({ by: '-size', tab: 'a' }, 'events', { cols: 'at' })).toEqual({
    by: '-size',
    tab: 'a',
    'events-cols': 'at',
  });
});

test.each([
  [undefined, undefined, ['name', 'do']],
  [undefined, 'name', ['size', 'do']],
  [undefined, '', ['name', 'size', 'do']],
  ['size', 'name size', ['size', 'do']],
  ['gone,size', undefined, ['size', 'do']],
  ['gone', undefined, ['name', 'size', 'do']],
])('with %j in the address and %j hidden before, the columns are %j', (cols, before, shown) => {
  const all = [
    { key: 'name', title: 'Name' },
    { key: 'size', title: 'Size', hidden: true },
    { key: 'do', title: '' },
  ];
  expect([...shownColumns(all, cols, before)]).toEqual(shown);
});
