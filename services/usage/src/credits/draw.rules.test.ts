import fc from 'fast-check';
import { type CountedEvent, type Credit, drawnBefore, drawsOf, type WindowState } from './draw.rules.ts';

const DAY = 86_400_000;
const credit = (id: string, given: Partial<Credit> = {}): Credit => ({
  ...{ id, rollover: false, left: 10, priority: 0, from: 0, until: 100 * DAY, free: false, given: 0 },
  ...given,
});
const window = (used = 0): WindowState => ({ used, drawn: [] });
const sums = ({ draws }: Pick<ReturnType<typeof drawsOf>, 'draws'>): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const { grant, quantity } of draws) sum[grant] = (sum[grant] ?? 0) + quantity;
  return sum;
};
const used = (quantity: number, at = DAY, of = window()): CountedEvent => ({ window: of, at, quantity });

test('what the limit includes comes first, then prepaid units in one order', () => {
  const credits = [
    credit('late', { until: 90 * DAY }),
    credit('paid'),
    credit('free', { free: true }),
    credit('soon', { until: 2 * DAY }),
    credit('first', { priority: -1 }),
    credit('older', { given: -1 }),
  ];
  const order = [...credits].sort(drawnBefore).map(({ id }) => id);
  expect(order).toEqual(['first', 'soon', 'late', 'free', 'older', 'paid']);
  expect(sums(drawsOf(credits, [used(55)], { from: 20, now: DAY }))).toEqual({
    first: 10,
    soon: 10,
    late: 10,
    free: 5,
  });
});

test('nothing is drawn from a grant before it begins or after it has expired, to the millisecond', () => {
  const a = credit('a', { from: DAY, until: 2 * DAY });
  const at = (instant: number) => sums(drawsOf([a], [used(1, instant)], { from: 0, now: 3 * DAY }));
  expect(at(DAY - 1)).toEqual({});
  expect(at(DAY)).toEqual({ a: 1 });
  expect(at(2 * DAY - 1)).toEqual({ a: 1 });
  expect(at(2 * DAY)).toEqual({});
});

test('a correction takes from use beyond everything first, then gives back what was drawn last, then frees the limit', () => {
  const state: WindowState = {
    used: 25,
    drawn: [
      { grant: 'a', at: DAY, quantity: 10 },
      { grant: 'b', at: 2 * DAY, quantity: 4 },
    ],
  };
  const credits = [credit('a', { left: 0 }), credit('b', { left: 0 })];
  const less = (quantity: number) =>
    sums(drawsOf(credits, [{ window: state, at: DAY, quantity: -quantity }], { from: 20, now: 3 * DAY }));
  expect(less(5)).toEqual({});
  expect(less(7)).toEqual({ b: -2 });
  expect(less(12)).toEqual({ b: -4, a: -3 });
  expect(less(30)).toEqual({ b: -4, a: -10 });
});

test('what was drawn from a grant that is over is not given back to it', () => {
  const state: WindowState = { used: 20, drawn: [{ grant: 'a', at: DAY, quantity: 10 }] };
  const gone = credit('a', { left: 0, until: 2 * DAY });
  const event = { window: state, at: DAY, quantity: -6 };
  expect(drawsOf([gone], [event], { from: 20, now: 2 * DAY })).toEqual({ draws: [], reclaimed: [] });
  expect(sums(drawsOf([gone], [event], { from: 20, now: 2 * DAY - 1 }))).toEqual({ a: -6 });
});

test('what was left of earlier windows is used before what the limit includes, the soonest to expire first', () => {
  const credits = [
    credit('prepaid'),
    credit('march', { rollover: true, until: 60 * DAY }),
    credit('february', { rollover: true, until: 30 * DAY }),
  ];
  const draw = (quantity: number) => sums(drawsOf(credits, [used(quantity)], { from: 20, now: DAY }));
  expect(draw(5)).toEqual({ february: 5 });
  expect(draw(15)).toEqual({ february: 10, march: 5 });
  expect(draw(40)).toEqual({ february: 10, march: 10 });
  expect(draw(43)).toEqual({ february: 10, march: 10, prepaid: 3 });
});

test('late use of a window takes back what it carried on, also what has been drawn of that', () => {
  const next = credit('next', { rollover: true, from: 30 * DAY, left: 4 });
  const draws = [
    { grant: 'next', at: 30 * DAY, quantity: 4 },
    { grant: 'next', at: 31 * DAY, quantity: 2 },
  ];
  const over: WindowState = { used: 20, drawn: [], carried: { grant: 'next', quantity: 10, draws } };
  const late = (quantity: number, more: object = {}) =>
    drawsOf([next, credit('prepaid')], [{ window: over, at: DAY, quantity }], { from: 20, now: 31 * DAY, ...more });
  expect(late(3)).toEqual({ draws: [], reclaimed: [{ grant: 'next', units: 3 }] });
  // Of 7 three were drawn in the next month, which uses of its own for them, the last first.
  expect(late(7)).toEqual({
    draws: [
      { grant: 'next', at: 31 * DAY, quantity: -2 },
      { grant: 'next', at: 30 * DAY, quantity: -1 },
    ],
    reclaimed: [{ grant: 'next', units: 7 }],
  });
  expect(sums(late(13))).toEqual({ next: -6, prepaid: 3 });
  // Of a meter with digits whole units are taken back.
  const tenths = { ...next, left: 40 };
  const whole: WindowState = { used: 20, drawn: [], carried: { grant: 'next', quantity: 40, draws: [] } };
  const found = drawsOf([tenths], [{ window: whole, at: DAY, quantity: 13 }], { from: 20, now: 31 * DAY, unit: 10 });
  expect(found).toEqual({ draws: [], reclaimed: [{ grant: 'next', units: 2 }] });
});

const anyCredit = fc.record({
  rollover: fc.boolean(),
  left: fc.nat(30),
  priority: fc.nat(2),
  from: fc.nat(3).map((day) => day * DAY),
  until: fc.integer({ min: 2, max: 6 }).map((day) => day * DAY),
  free: fc.boolean(),
  given: fc.nat(3),
});
const anyEvent = fc.record({
  at: fc.nat(6 * DAY),
  quantity: fc.integer({ min: -20, max: 20 }),
  window: fc.nat(1),
});

test('any permutation of grants gives the same; no grant falls below zero or above what it holds; no unit is lost', () => {
  fc.assert(
    fc.property(
      fc.array(anyCredit, { maxLength: 6 }),
      fc.array(anyEvent, { maxLength: 20 }),
      fc.nat(30),
      fc.nat(1_000),
      (given, counted, from, seed) => {
        const credits = given.map((one, index): Credit => ({ id: `g${index}`, ...one }));
        const windows = [window(), window(5)];
        const events = counted.map((one) => ({ ...one, window: windows[one.window] as WindowState }));
        const now = 4 * DAY;
        const draws = drawsOf(credits, events, { from, now });
        const turned = credits.map((_, index) => credits[(index + seed) % credits.length] as Credit).reverse();
        expect(sums(drawsOf(turned, events, { from, now }))).toEqual(sums(draws));
        for (const [id, drawn] of Object.entries(sums(draws))) {
          const own = credits.find((one) => one.id === id) as Credit;
          expect(drawn).toBeGreaterThanOrEqual(0);
          expect(drawn).toBeLessThanOrEqual(own.left);
        }
        for (const { grant, at } of draws.draws) {
          const own = credits.find((one) => one.id === grant) as Credit;
          expect(at).toBeGreaterThanOrEqual(own.from);
          expect(at).toBeLessThan(own.until);
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** One unit after the other, by the words of the documents and not by the code above. */
function oneByOne(given: readonly Credit[], events: readonly CountedEvent[], from: number, now: number) {
  const credits = given.map((one) => ({ ...one, drawn: [] as { window: WindowState; at: number }[] }));
  const windows = new Map<WindowState, { included: number; beyond: number; carried: number }>();
  let [reclaimed, takenBack] = [0, 0];
  for (const { window: of, at, quantity } of [...events].sort((a, b) => a.at - b.at)) {
    const known = {
      included: Math.min(of.used, from),
      beyond: Math.max(0, of.used - from),
      carried: of.carried?.quantity ?? 0,
    };
    const next = credits.find(({ id }) => id === of.carried?.grant);
    const state = windows.get(of) ?? known;
    windows.set(of, state);
    for (let unit = 0; unit < Math.abs(quantity); unit += 1) {
      if (quantity > 0) {
        const alive = credits
          .filter((one) => one.left > 0 && one.from <= at && at < one.until)
          .sort((a, b) => (drawnBefore(a, b) < 0 ? -1 : 1));
        const drawFrom = (best: (typeof credits)[number]) => {
          best.left -= 1;
          best.drawn.push({ window: of, at: Math.floor(at / 1_000) });
        };
        const kept = alive.find(({ rollover }) => rollover);
        const prepaid = alive.find(({ rollover }) => !rollover);
        if (kept) drawFrom(kept);
        else if (state.beyond === 0 && state.included < from) state.included += 1;
        else if (next && state.carried > 0) {
          if (next.left > 0) next.left -= 1;
          else takenBack += 1;
          state.carried -= 1;
          reclaimed += 1;
        } else if (prepaid) drawFrom(prepaid);
        else state.beyond += 1;
        continue;
      }
      const last = (rollover: boolean) =>
        credits
          .filter((one) => one.rollover === rollover)
          .flatMap((one) => one.drawn.map((draw) => ({ one, draw })))
          .filter(({ one, draw }) => draw.window === of && one.until > now)
          .sort((a, b) => b.draw.at - a.draw.at || (drawnBefore(a.one, b.one) < 0 ? 1 : -1))[0];
      const giveBack = ({ one, draw }: NonNullable<ReturnType<typeof last>>) => {
        one.left += 1;
        one.drawn.splice(one.drawn.indexOf(draw), 1);
      };
      const [prepaid, kept] = [last(false), last(true)];
      if (state.beyond > 0) state.beyond -= 1;
      else if (prepaid) giveBack(prepaid);
      else if (state.included > state.carried) state.included -= 1;
      else if (kept) giveBack(kept);
      else state.included -= 1;
    }
  }
  const drawn = credits.flatMap(({ id, drawn }) => (drawn.length > 0 ? [[id, drawn.length]] : []));
  const back = takenBack > 0 ? { next: -takenBack } : {};
  return { drawn: { ...Object.fromEntries(drawn), ...back }, reclaimed };
}

test('many units at once draw what they would one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(anyCredit, { maxLength: 5 }),
      fc.array(anyEvent, { maxLength: 15 }),
      fc.nat(30),
      fc.record({ was: fc.nat(20), left: fc.nat(20) }),
      (given, counted, from, { was, left }) => {
        // It begins where the window has ended, so nothing of that draws from it.
        const next = credit('next', { rollover: true, from: 50 * DAY, left: Math.min(left, was) });
        const credits = [...given.map((one, index): Credit => ({ id: `g${index}`, ...one })), next];
        const draws = [{ grant: 'next', at: 51 * DAY, quantity: was - Math.min(left, was) }];
        const over = { ...window(3 + was), carried: { grant: 'next', quantity: was, draws } };
        const windows = [over, window(5)];
        const events = counted.map((one) => ({ ...one, window: windows[one.window] as WindowState }));
        const found = drawsOf(credits, events, { from, now: 4 * DAY });
        const drawn = Object.entries(sums(found)).filter(([, sum]) => sum !== 0);
        const reclaimed = found.reclaimed.reduce((sum, { units }) => sum + units, 0);
        expect({ drawn: Object.fromEntries(drawn), reclaimed }).toEqual(oneByOne(credits, events, from, 4 * DAY));
      },
    ),
    { numRuns: 400 },
  );
});
