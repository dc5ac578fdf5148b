import { HangingReceivers } from './hanging-receivers.rules.ts';

const NONE = new Set<string>();

it('pauses after three failures in a row, tries one, and pauses for longer', () => {
  const receivers = new HangingReceivers();
  for (const now of [0, 0]) receivers.note('a', false, now);
  expect(receivers.state(0, NONE)).toEqual({ blocked: [], careful: [], nextMs: undefined });
  receivers.note('a', false, 0);
  expect(receivers.state(0, NONE)).toEqual({ blocked: ['a'], careful: ['a'], nextMs: 30_000 });
  expect(receivers.state(30_000, NONE)).toEqual({ blocked: [], careful: ['a'], nextMs: undefined });
  // While that attempt runs there is no other.
  expect(receivers.state(30_000, new Set(['a'])).blocked).toEqual(['a']);
  receivers.note('a', false, 30_000);
  expect(receivers.state(30_000, NONE)).toMatchObject({ nextMs: 60_000 });
  for (let n = 0; n < 20; n += 1) receivers.note('a', false, 100_000);
  expect(receivers.state(100_000, NONE)).toMatchObject({ nextMs: 600_000 });
  receivers.note('a', true, 700_000);
  expect(receivers.state(700_000, NONE)).toEqual({ blocked: [], careful: [], nextMs: undefined });
});

it('remembers a bounded number of channels', () => {
  const receivers = new HangingReceivers();
  for (let channel = 0; channel < 1_500; channel += 1) {
    for (let n = 0; n < 3; n += 1) receivers.note(`${channel}`, false, 0);
  }
  const { blocked } = receivers.state(0, NONE);
  expect(blocked).toHaveLength(1_000);
  expect(blocked).toContain('1499');
});
