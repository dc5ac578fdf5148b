import type { IndexFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import { findingId } from './index-findings.rules.ts';
import { changesOf } from './judgement.rules.ts';

const finding = (kind: IndexFinding['kind'], index: string): IndexFinding => ({
  ...{ kind, database: 'shop', schema: 'public', table: 'orders', index, columns: ['a'], method: 'btree', bytes: null },
  ...{ coveredBy: [], unusedSince: null, what: '', evidence: [], sql: null },
});
const NOBODY: ReadonlyMap<string, unknown> = new Map();

test('of each kind it is said once how many are new and how many are gone, and nothing where all is as it was', () => {
  const first = [finding('unused', 'a'), finding('unused', 'b'), finding('invalid', 'c')];
  const begin = changesOf([], first, NOBODY);
  expect(begin.found).toEqual([
    { kind: 'index_invalid', value: 1, index: 'c' },
    { kind: 'index_unused', value: 2 },
  ]);
  expect(begin.solved).toEqual([]);
  const known = begin.known ?? [];
  expect(changesOf(known, first.toReversed(), NOBODY)).toEqual({ found: [], solved: [], known: undefined });
  // One is gone and another is new: both are said.
  const next = changesOf(known, [finding('unused', 'a'), finding('unused', 'd')], NOBODY);
  expect(next.found).toEqual([{ kind: 'index_unused', value: 1, index: 'd' }]);
  expect(next.solved).toEqual([
    { kind: 'index_invalid', value: 1 },
    { kind: 'index_unused', value: 1 },
  ]);
  expect(next.known).toHaveLength(2);
});

test('what somebody has dismissed is not said, neither when it comes nor when it goes', () => {
  const one = finding('redundant', 'a');
  const dismissed = new Map([[findingId(one), {}]]);
  const { found, known = [] } = changesOf([], [one], dismissed);
  expect(found).toEqual([]);
  expect(changesOf(known, [], dismissed).solved).toEqual([]);
  // Shown again it is still known.
  expect(changesOf(known, [one], NOBODY).found).toEqual([]);
});

test('a flood is remembered in little, and said in one', () => {
  const flood = Array.from({ length: 10_000 }, (_, n) => finding('duplicate', `${'long name '.repeat(20)}${n}`));
  const { found, known } = changesOf([], flood, NOBODY);
  expect(found).toEqual([{ kind: 'index_duplicate', value: 10_000 }]);
  expect(new Set(known).size).toBe(10_000);
  expect(Math.max(...(known ?? []).map(({ length }) => length))).toBeLessThan(30);
});
