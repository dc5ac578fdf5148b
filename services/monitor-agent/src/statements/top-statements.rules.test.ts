import { STATEMENT_COUNTERS } from '../series/statement-counters.rules.ts';
import { StatementSums } from '../series/statement-sums.rules.ts';
import { changeOf, previousOf, slicesOf } from './top-statements.rules.ts';

const from = new Date('2026-11-01T00:00:00Z');
const old = '2026-10-01T00:00:00.000Z';
const before = (calls: number, meanMs: number) => ({ calls, totalMs: calls * meanMs, meanMs });

test('a statement is slower or faster only with ten calls on both sides, and new only since the range began', () => {
  const change = (calls: number, meanMs: number, previous: ReturnType<typeof before> | null) =>
    changeOf({ calls, meanMs, firstSeenAt: old }, previous, from);
  expect(change(10, 1.5, before(10, 1))).toBe('regressed');
  expect(change(10, 1.4, before(10, 1))).toBeNull();
  expect(change(10, 1, before(10, 1.5))).toBe('improved');
  expect(change(9, 99, before(10, 1))).toBeNull();
  expect(change(10, 99, before(9, 1))).toBeNull();
  expect(change(10, 99, null)).toBeNull();
  expect(change(10, 99, before(10, 0))).toBeNull();
  expect(changeOf({ calls: 1, meanMs: 1, firstSeenAt: from.toISOString() }, null, from)).toBe('new');
});

test('what was not called before has nothing to be compared with', () => {
  const sums = new StatementSums();
  expect(previousOf(sums, 7)).toBeNull();
  sums.add(
    7,
    false,
    0,
    STATEMENT_COUNTERS.map((name) => (name === 'calls' ? 2 : name === 'total_us' ? 3_000 : 0)),
  );
  expect(previousOf(sums, 7)).toEqual({ calls: 2, totalMs: 3, meanMs: 1.5 });
});

test('recent ranges are divided into minutes, older ones into hours, in at most 24 parts that cover the range', () => {
  const now = Date.parse('2026-11-29T12:00:00Z');
  const slices = (hoursBack: number, hours: number) => {
    const start = now - hoursBack * 3_600_000;
    return slicesOf({ from: new Date(start), to: new Date(start + hours * 3_600_000) }, now);
  };
  for (const [hoursBack, hours] of [
    [1, 1],
    [24, 24],
    [720, 720],
    [8_760, 8_760],
    [100, 0.5],
  ] as const) {
    const { stepMs, count } = slices(hoursBack, hours);
    expect(count).toBeLessThanOrEqual(24);
    expect(stepMs * count).toBeGreaterThanOrEqual(hours * 3_600_000);
    expect(stepMs % (hoursBack > 2 ? 3_600_000 : 60_000)).toBe(0);
  }
});
