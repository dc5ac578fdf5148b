import { faultsOf } from './faults.ts';
import { underFaults } from './under-faults.ts';
import { openWorld } from './world.ts';

/** One of each kind; the others, outages of up to a minute and the other layouts are those of `bench chaos`. */
const SHORT = [
  'nats-server killed',
  'postmaster killed',
  'PostgreSQL hangs',
  'disk full',
  'process stopped',
  'clock an hour ahead',
];

test('what customers were answered is there once, counted and in balance, whatever died, hung, filled up or jumped', async () => {
  expect(faultsOf('one process', (name) => SHORT.includes(name))).toHaveLength(SHORT.length);
  const world = await openWorld('one process');
  const { recoveries, unhelpful, verdict } = await underFaults(world, 'one process', {
    outages: [2_000],
    only: (name) => SHORT.includes(name),
    until: Number.POSITIVE_INFINITY,
  }).finally(world.close);
  const { settledMs: _settled, ...books } = verdict;
  expect(books).toEqual({ lost: [], doubled: [], uncounted: 0, left: [], unbalanced: [] });
  expect(unhelpful).toBe(0);
  // Without a disk of its own where this user may not mount one.
  expect(recoveries.length).toBeGreaterThanOrEqual(SHORT.length - 1);
});
