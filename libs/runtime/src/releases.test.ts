import { readFileSync } from 'node:fs';
import { VERSION } from '@tidegate/contracts/kernel/version';
import { RELEASES } from './generated/releases.ts';

test('the release that is being made is the last of the list, the others are out, in order, and it is this version', () => {
  const last = RELEASES.at(-1);
  expect(last?.version).toBe(VERSION);
  expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(VERSION);
  for (const { commit } of RELEASES.slice(0, -1)) expect(commit).toMatch(/^[0-9a-f]{40}$/);
  const numbers = RELEASES.map(({ version }) =>
    version.split('.').reduce((sum, part) => sum * 1_000 + Number(part), 0),
  );
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});
