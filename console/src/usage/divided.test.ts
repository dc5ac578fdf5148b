import { askedBy, eventsOf, KEY, SOURCE, seriesOf, shareOf, splitOf } from './divided.rules.ts';

const step = (start: string, quantity: number) => ({ start, quantity, events: 1 });
const group = (more: object = {}) => ({ dimensions: {}, others: false, total: 3, items: [step('b', 3)], ...more });
const key = { id: 'aaaaaaaaaa', prefix: 'tg_aaaaaaaaaa', name: 'Shop', endedAt: null };

test('a division in the address is the question for it, and for the events of one share', () => {
  expect([undefined, KEY, SOURCE, splitOf('key')].map(askedBy)).toEqual([
    ...[{}, { by: 'key' }, { by: 'source' }, { groupBy: ['key'] }],
  ]);
  expect(eventsOf(KEY, 'aaaaaaaaaa')).toEqual({ key: 'aaaaaaaaaa' });
  expect(eventsOf(SOURCE, 'api:shop')).toEqual({ source: 'api:shop' });
  expect(eventsOf(splitOf('model'), 'small:1')).toEqual({ filter: ['model:small:1'] });
  expect(eventsOf(KEY, undefined)).toEqual({});
});

test('a share is named as well as it is known', () => {
  expect(shareOf(KEY, group({ key }))).toMatchObject({ kind: 'named', value: key.id, name: 'Shop' });
  expect(shareOf(KEY, group({ key: { ...key, name: null } }))).toMatchObject({ name: key.prefix });
  expect(shareOf(KEY, group({ key: null }))).toEqual({ kind: 'none' });
  expect(shareOf(SOURCE, group({ source: 'gateway' }))).toMatchObject({ value: 'gateway' });
  expect(shareOf(splitOf('model'), group({ dimensions: { model: null } }))).toEqual({ kind: 'none' });
  expect(shareOf(splitOf('model'), group({ dimensions: { model: 'other' }, others: true }))).toEqual({
    kind: 'others',
  });
});

test('the six largest are drawn apart, the rest together, and all add up', () => {
  const groups = Array.from({ length: 8 }, (_, at) =>
    group({ source: `s${at}`, items: [step('a', at), step('b', 1)] }),
  );
  const series = seriesOf(groups, ['a', 'b', 'c'], { nameOf: ({ source }) => source ?? '', rest: 'Others' });
  expect(series.map(({ label }) => label)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 'Others']);
  expect(series.at(-1)?.values).toEqual([13, 2, 0]);
  expect(series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0)).toBe(28);
});
