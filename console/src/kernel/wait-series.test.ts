import { waitSeries } from './wait-series.rules.ts';

const slice = (minute: number, waits: [string | null, number][]) => ({
  at: new Date(Date.UTC(2026, 10, 28, 12, minute)).toISOString(),
  waits: waits.map(([waitType, sessions]) => ({ state: 'active', waitType, waitEvent: null, sessions })),
});

test('waits add up by kind, no wait is work on the processor, and a slice that nobody saw is a gap', () => {
  const slices = [
    slice(0, [
      [null, 1],
      ['Lock', 2],
      ['Lock', 0.5],
      ['Timeout', 1],
    ]),
    slice(1, [[null, 2]]),
    slice(2, [['IO', 1]]),
    slice(6, [['IO', 3]]),
  ];
  const { instants, series } = waitSeries(slices, 'Andere');
  expect(instants.map((at) => new Date(at).getUTCMinutes())).toEqual([0, 1, 2, 3, 6]);
  expect(Object.fromEntries(series.map(({ label, values }) => [label, values]))).toEqual({
    CPU: [1, 2, 0, null, 0],
    IO: [0, 0, 1, null, 3],
    Lock: [2.5, 0, 0, null, 0],
    Andere: [1, 0, 0, null, 0],
  });
});
