import { type Column, csv } from './csv.rules.ts';

interface Row {
  name: string;
  calls: number | string | null;
}
const COLUMNS: Column<Row>[] = [
  { key: 'name', title: 'Name', value: ({ name }) => name },
  { key: 'calls', title: 'Calls, all', value: ({ calls }) => calls },
];

test('all digits, quoted where needed, and no text that a spreadsheet runs', () => {
  const rows = [
    { name: 'a "b", c', calls: 1_234_567 },
    { name: '=cmd|calc', calls: -5 },
    { name: 'line\nbreak', calls: null },
  ];
  expect(csv(COLUMNS, rows)).toBe('Name,"Calls, all"\r\n"a ""b"", c",1234567\r\n\'=cmd|calc,-5\r\n"line\nbreak",\r\n');
});

test('amounts have their currency beside them, once', () => {
  const of = () => 'EUR';
  const amount = (title: string): Column<Row> => ({
    ...(COLUMNS[1] as Column<Row>),
    title,
    unit: { title: 'Currency', of },
  });
  const columns = [COLUMNS[0] as Column<Row>, amount('Total'), amount('Due')];
  expect(csv(columns, [{ name: 'a', calls: '49.00' }])).toBe('Name,Total,Currency,Due\r\na,49.00,EUR,49.00\r\n');
});

test.each([
  '=1+1',
  '+49 30 1',
  '-x',
  '@SUM(A1)',
  '  =1',
  '\u00A0=1',
  '\t=1',
  '\n=1',
  '＝1',
  '－1',
  '-1+cmd',
  '-5.00 USDT',
  '-',
])('the text %j is no formula', (name) => {
  const [, cell = ''] = csv([COLUMNS[0] as Column<Row>], [{ name, calls: null }]).split('\r\n');
  expect(cell.replace(/^"/, '')).toBe(`'${name}${cell.startsWith('"') ? '"' : ''}`);
});

test.each(['-5.00', '-0.000000012345678901234567890', '12345678901234567890.1', '-1.5e-9'])(
  'the exact decimal %s stays a number',
  (calls) => {
    expect(csv([COLUMNS[1] as Column<Row>], [{ name: '', calls }])).toBe(`"Calls, all"\r\n${calls}\r\n`);
  },
);
