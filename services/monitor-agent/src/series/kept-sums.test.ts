import { until } from '@tidegate/testing/until';
import { generator } from '../../test/random.ts';
import { SUM_COLUMNS } from './columns.rules.ts';
import { Kept } from './kept-sums.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';
import { StatementSums } from './statement-sums.rules.ts';

test('what was counted from the same contents is not counted again, from others it is', async () => {
  const kept = new Kept<{ n: number }>(100, () => 10);
  let counted = 0;
  const of = (contents: unknown) => kept.of(contents, async () => ({ n: ++counted }));
  expect(await of(['a', 1])).toEqual({ n: 1 });
  expect(await of(['a', 1])).toEqual({ n: 1 });
  expect(await of(['a', 2])).toEqual({ n: 2 });
  expect(await of(['a1'])).toEqual({ n: 3 });
  expect(await of(['a', 1])).toEqual({ n: 1 });
});

test('a count that fails is not kept', async () => {
  const kept = new Kept<{ n: number }>(100, () => 10);
  await expect(kept.of('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await kept.of('a', async () => ({ n: 1 }))).toEqual({ n: 1 });
});

test('it takes no more memory than it may: the last used stay, and what is too large is never kept', async () => {
  const kept = new Kept<{ bytes: number }>(100, ({ bytes }) => bytes);
  let counted = 0;
  const of = (name: string, bytes: number) =>
    kept.of(name, async () => {
      counted += 1;
      return { bytes };
    });
  for (const name of ['a', 'b', 'a', 'c']) await of(name, 40);
  expect(kept.bytes).toBe(80);
  expect(counted).toBe(3);
  await of('a', 40);
  expect(counted).toBe(3);
  await of('b', 40);
  expect(counted).toBe(4);
  await of('huge', 101);
  expect(await of('huge', 101)).toEqual({ bytes: 101 });
  expect(counted).toBe(6);
  expect(kept.bytes).toBeLessThanOrEqual(100);
});

test('what nobody reads any more is given back', async () => {
  const kept = new Kept<{ bytes: number }>(100, ({ bytes }) => bytes, 20);
  await kept.of('a', async () => ({ bytes: 40 }));
  await until(async () => kept.bytes === 0, { what: 'nothing is kept' });
});

test('sums of sums are the sums of all of it, on random rollups', () => {
  const random = generator(11);
  for (let round = 0; round < 20; round += 1) {
    const rollups = Array.from({ length: 1 + random(6) }, () => {
      const ids = [...new Set(Array.from({ length: random(3_000) }, () => 1 + random(4_000)))];
      return Array.from({ length: SUM_COLUMNS }, (_, column) =>
        Float64Array.from(ids, (id) =>
          column === 0 ? id : column === 2 ? random(2) : column % 4 === 1 ? 0 : random(1e9),
        ),
      );
    });
    const only = random(2) === 0 ? undefined : (['calls', 'total_us'] as const);
    const [direct, inParts] = [new StatementSums({ only }), new StatementSums({ only })];
    for (const [day, rollup] of rollups.entries()) direct.addSums(rollup, day * 86_400_000);
    const first = random(rollups.length);
    for (const [from, to] of [
      [first, rollups.length],
      [0, first],
    ] as const) {
      const part = new StatementSums({ only });
      for (let day = from; day < to; day += 1) part.addSums(rollups[day] ?? [], day * 86_400_000);
      inParts.addAll(part.compact());
    }
    const shown = (sums: StatementSums) =>
      sums.ids
        .toSorted((a, b) => a - b)
        .map((id) => [
          ...[id, sums.isPartial(id), sums.lastSeenAt(id)],
          ...STATEMENT_COUNTERS.map((name) => sums.counter(id, name)),
        ]);
    expect(shown(inParts)).toEqual(shown(direct));
  }
});
