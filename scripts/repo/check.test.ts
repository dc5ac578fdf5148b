/*
 * Every rule of the repository has files below `fixtures/` that break it. Such a file says in its first line what is
 * reported of it; everything else there is fine and must not be reported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkRepository } from './check.mjs';
import { checkSizes } from './sizes.mjs';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));
const EXPECTED = /^(?:\/\/|--) reported: (.*)$/m;

test('what breaks a rule is reported, and nothing else', async () => {
  const { faults } = await checkRepository(FIXTURES);
  const reported = faults.map(({ path, rule }) => `${path} ${rule}`);
  const expected = filesBelow(FIXTURES).flatMap((path) => {
    const [, rules = ''] = EXPECTED.exec(readFileSync(join(FIXTURES, path), 'utf8')) ?? [];
    return rules
      .split(', ')
      .filter(Boolean)
      .map((rule) => `${path} ${rule}`);
  });
  const withoutPlace = [
    'services/shop/src/parked layers',
    'services/bank/layers.json layers',
    'node_modules/closed licences',
    'node_modules/half licences',
    ...Array(5).fill('docs/conventions.md documents'),
    // pg is listed and not imported, zod has another version, pay is missing, jose is for tests only and no script tests.
    ...Array(6).fill('libs/contracts/package.json manifests'),
  ];
  expect(reported.sort()).toEqual([...expected, ...withoutPlace].sort());
});

test('a file that is too long is reported', () => {
  const sources = [40, 400, 401].map((lines) => ({ path: `${lines}.ts`, lines, isTest: false }));
  expect(checkSizes(sources).faults.map(({ path }) => path)).toEqual(['401.ts', '.']);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(m?ts|tsx|sql)$/.test(path));
}
