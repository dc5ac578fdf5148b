import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SRC = join(process.cwd(), 'libs/contracts/src');
const IMPORT = /(?:from|import) '(\.[^']+)'/g;

/** Files that are loaded with this one. */
function loadedWith(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, to = ''] of readFileSync(join(SRC, path), 'utf8').matchAll(IMPORT)) {
    loadedWith(relative(SRC, join(SRC, dirname(path), to)), found);
  }
  return found;
}

test('every contract is one of all: what nobody loads has no route and stands in no document', () => {
  const loaded = loadedWith('all.ts');
  const contracts = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (path) =>
      path.endsWith('.ts') &&
      !path.endsWith('.test.ts') &&
      /= (operation|event|live)\(/.test(readFileSync(join(SRC, path), 'utf8')),
  );
  expect(contracts.length).toBeGreaterThan(20);
  expect(contracts.filter((path) => !loaded.has(path))).toEqual([]);
});
