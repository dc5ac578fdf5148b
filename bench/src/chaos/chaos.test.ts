import { underFaults } from './under-faults.ts';
import { openWorld } from './world.ts';

/* The short form of `bench chaos`: links and clocks, which no other test of whole platforms breaks while customers work. */
const FAULTS = [
  'link to PostgreSQL cut',
  'link to NATS silent',
  'connections to PostgreSQL dropped',
  'clock an hour ahead',
];

test('links that are cut, silent or dropped and a clock that jumps lose nothing, double nothing, and leave every book balanced', async () => {
  const world = await openWorld('behind links');
  const plan = { outages: [2_000], only: (name: string) => FAULTS.includes(name), until: Number.POSITIVE_INFINITY };
  const { recoveries, verdict, unhelpful } = await underFaults(world, 'behind links', plan).finally(world.close);
  expect(recoveries.map(({ name }) => name).sort()).toEqual([...FAULTS].sort());
  expect(verdict).toMatchObject({ lost: [], doubled: [], uncounted: 0, left: [], unbalanced: [] });
  expect(unhelpful).toBe(0);
});
