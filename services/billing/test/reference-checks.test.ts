import { existsSync, readFileSync } from 'node:fs';

test('each check of docs/billing-checks.md has its tests, or says why there is nothing to check', () => {
  const rows = readFileSync('docs/billing-checks.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| (\d|10\.3-| ?\|)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string, string]);
  rows.shift();
  const numbers = rows.map(([, number]) => number).filter(Boolean);
  const of = (count: number, prefix = '') => Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);
  expect(numbers).toEqual([...of(26), ...of(20, '10.3-')]);
  const gone = rows.flatMap(([, , , cell]) => {
    const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(cell) ?? [];
    if (!file) return cell.startsWith('n') ? [] : [cell];
    return existsSync(file) && readFileSync(file, 'utf8').includes(name) ? [] : [cell];
  });
  expect(gone).toEqual([]);
});
