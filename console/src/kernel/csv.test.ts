import { type Column, csv } from './csv.rules.ts';

interface Row {
  name: string;
  calls: number | null;
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
