/*
 * The table *The house in figures* of docs/architecture.md. `node scripts/check-repo.mjs --figures` writes it; a check
 * refuses one whose sizes are off by more than a tenth, or where the code has more faults than the table says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'docs/architecture.md';
const ROWS = [
  ['files', 'Source files without tests'],
  ['median', 'Lines of a file, median'],
  ['p95', 'Lines of a file, 95th percentile (at most 250)'],
  ['largest', 'Lines of the largest file (at most 400)'],
  ['foldersInCircles', 'Folders in circles'],
  ['sqlOutsideRows', 'Places with SQL outside rows and queries'],
  ['houseWords', 'House words left'],
];
const FAULTS = new Set(['foldersInCircles', 'sqlOutsideRows', 'houseWords']);
const TABLE = /(\| figure \| value \|\n\| --- \| --- \|\n)((?:\|.*\|\n)*)/;

export function checkFigures(root, figures) {
  const file = join(root, FILE);
  const [, , rows] = TABLE.exec(existsSync(file) ? readFileSync(file, 'utf8') : '') ?? [];
  if (rows === undefined) return [];
  const written = new Map(
    rows
      .split('\n')
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, name, value]) => [name, Number(value)]),
  );
  return ROWS.flatMap(([key, name]) => {
    const [value, is] = [written.get(name), figures[key]];
    const fits = value !== undefined && (FAULTS.has(key) ? is <= value : Math.abs(value - is) <= is / 10);
    return fits
      ? []
      : [
          {
            rule: 'figures',
            path: FILE,
            message: `${name}: ${value}, in truth ${is}; node scripts/check-repo.mjs --figures`,
          },
        ];
  });
}

export function writeFigures(root, figures) {
  const text = readFileSync(join(root, FILE), 'utf8');
  const rows = ROWS.map(([key, name]) => `| ${name} | ${figures[key]} |\n`).join('');
  writeFileSync(join(root, FILE), text.replace(TABLE, `$1${rows}`));
}
