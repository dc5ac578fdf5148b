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

test('rows are found by what is saved and by what is seen, but not by their buttons', () => {
  const seen = (children: unknown) => ({ type: 'span', key: null, props: { children } }) as never;
  const bills = [
    { state: 'paid', amount: '49.00' },
    { state: 'open', amount: '1200.00' },
  ];
  const texts: Record<string, string> = {
    paid: 'bezahlt',
    open: 'offen',
    '49.00': '49,00\u00a0€',
    '1200.00': '1.200,00\u00a0€',
  };
  const shown: Column<(typeof bills)[number]>[] = [
    { key: 'state', title: 'State', value: ({ state }) => state, cell: ({ state }) => seen(['✓', seen(texts[state])]) },
    { key: 'amount', title: 'Amount', value: ({ amount }) => amount, cell: ({ amount }) => texts[amount] },
    { key: 'do', title: '', value: () => null, cell: () => seen('Remove') },
  ];
  const found = (find: string) =>
    viewOf(bills, shown, { find }, (a, b) => a.localeCompare(b)).map(({ state }) => state);
  expect(['bezahlt', 'PAID', '49,00 €', '49.00', '1.200', 'remove', 'e'].map(found)).toEqual([
    ['paid'],
    ['paid'],
    ['paid'],
    ['paid'],
    ['open'],
    [],
    ['paid', 'open'],
  ]);
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
