import { newId } from '@tidegate/database/ids';
import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { type Bots, openBots } from '../../test/bots.ts';
import { candles, settingsA } from '../../test/markets.ts';
import { acquireLeases } from '../bots/lease.rows.ts';
import {
  acquireWork,
  countQueued,
  dropWork,
  endWork,
  enqueueWork,
  type Job,
  type Kind,
  releaseWork,
} from './queue.rows.ts';
import { Failure, QueueRunner, QueueTools } from './queue-runner.ts';

let bots: Bots;
beforeAll(async () => {
  bots = await openBots();
});
afterAll(() => bots.close());

const take = (kind: Kind) => bots.tenants.as({}, (tx) => acquireWork(tx, kind));
const queue = async (kind: Kind, orgId: string, person: string) => {
  const id = newId();
  await bots.tenants.run(orgId, (tx) => enqueueWork(tx, kind, id, person));
  return id;
};
const end = (kind: Kind, job: Job | undefined) => bots.tenants.as({}, (tx) => endWork(tx, kind, job as Job));

/** Runs one after the other to its end, and returns whose they were. */
async function served(kind: Kind): Promise<string[]> {
  const persons: string[] = [];
  for (let job = await take(kind); job; job = await take(kind)) {
    persons.push(job.person);
    await end(kind, job);
  }
  return persons;
}

test.each<Kind>(['backtest', 'sweep'])(
  '%s: a person with nine organisations full of jobs delays another by one of them',
  async (kind) => {
    const [greedy, other, third] = [newId(), newId(), newId()];
    for (const orgId of Array.from({ length: 9 }, () => newId()))
      for (let n = 0; n < 4; n += 1) await queue(kind, orgId, greedy);
    const first = await take(kind);
    await queue(kind, newId(), other);
    await queue(kind, newId(), third);
    await queue(kind, newId(), third);
    await end(kind, first);
    const order = await served(kind);
    expect([first?.person, ...order].slice(0, 5)).toEqual([greedy, other, third, greedy, third]);
    expect(order.filter((person) => person === greedy)).toHaveLength(35);
  },
);

test('an organisation with many people is one organisation, and its jobs take turns', async () => {
  const [crowd, other] = [newId(), newId()];
  const persons = Array.from({ length: 10 }, () => newId());
  for (const person of persons) await queue('sweep', crowd, person);
  const first = await take('sweep');
  await queue('sweep', other, other);
  await end('sweep', first);
  const order = [first?.person, ...(await served('sweep'))];
  expect(order).toEqual([persons[0], other, ...persons.slice(1)]);
});

test('no person and no organisation has two running jobs, however many replicas acquire at once', async () => {
  const [person, orgId] = [newId(), newId()];
  const [mine, other] = [await queue('backtest', orgId, person), await queue('backtest', newId(), person)];
  await queue('backtest', orgId, newId());
  const taken = (await Promise.all([1, 2, 3, 4].map(() => take('backtest')))).filter((job) => job !== undefined);
  expect(taken.map(({ id }) => id)).toEqual([mine]);
  await end('backtest', taken[0]);
  // Both are free now: the person's work elsewhere, and somebody else's in the organisation.
  const next = [await take('backtest'), await take('backtest')];
  expect(new Set(next.map((job) => job?.org_id)).size).toBe(2);
  expect(next.map((job) => job?.id)).toContain(other);
  expect(await take('backtest')).toBeUndefined();
  for (const job of next) await end('backtest', job);
});

test('a released job keeps its place; a pausing one waits', async () => {
  const [person, orgId] = [newId(), newId()];
  const id = await queue('sweep', orgId, person);
  const job = await take('sweep');
  if (!job) throw new Error('Nothing was taken.');
  await bots.tenants.as({}, (tx) => releaseWork(tx, job, false));
  const again = await take('sweep');
  expect(again).toMatchObject({ id, tries: 1 });
  expect(again?.fence).not.toBe(job.fence);
  if (again) await bots.tenants.as({}, (tx) => releaseWork(tx, again, true));
  expect(await take('sweep')).toBeUndefined();
  await bots.tenants.as({}, (tx) => dropWork(tx, id));
});

test('a job that was leased by a clock that was an hour ahead is taken again, and keeps nobody of its person waiting', async () => {
  const [person, orgId] = [newId(), newId()];
  const [first, second] = [await queue('sweep', orgId, person), await queue('sweep', orgId, person)];
  expect(await take('sweep')).toMatchObject({ id: first });
  expect(await take('sweep')).toBeUndefined();
  await bots.wasAhead();
  expect(await take('sweep')).toMatchObject({ id: first, tries: 2 });
  for (const id of [first, second]) await bots.tenants.as({}, (tx) => dropWork(tx, id));
});

test('concurrent requests of one person are counted one after the other', async () => {
  const [person, orgId] = [newId(), newId()];
  const add = () =>
    bots.tenants.run(orgId, async (tx) => {
      const { organisation } = await countQueued(tx, 'sweep', person);
      if (organisation < 3) await enqueueWork(tx, 'sweep', newId(), person);
    });
  await Promise.all(Array.from({ length: 8 }, add));
  expect(await bots.tenants.run(orgId, (tx) => countQueued(tx, 'sweep', person))).toEqual({
    organisation: 3,
    person: 3,
  });
});

test('forty bots of one person in four organisations leave room in every turn for another’s only one', async () => {
  const [greedy, few] = [newId(), candles([5_000_000, 5_010_000, 4_990_000, 5_000_000])];
  const start = (orgId: string, person: string) => bots.startBot(settingsA('long'), few, orgId, person);
  for (const orgId of [newId(), newId(), newId(), newId()]) for (let n = 0; n < 10; n += 1) await start(orgId, greedy);
  const other = await start(newId(), newId());
  const leases = await bots.tenants.as({}, (tx) => acquireLeases(tx, 4));
  expect(leases.map(({ bot_id }) => bot_id)).toContain(other.id);
  expect(leases).toHaveLength(4);
  // With more parties than concurrency, whoever had no turn comes next, however long others have been due.
  const crowd = await Promise.all(Array.from({ length: 6 }, () => start(newId(), newId())));
  const next = [
    await bots.tenants.as({}, (tx) => acquireLeases(tx, 4)),
    await bots.tenants.as({}, (tx) => acquireLeases(tx, 4)),
  ];
  const served = next.flat().map(({ bot_id }) => bot_id);
  for (const { id } of crowd) expect(served).toContain(id);
});

test('the remaining parts of a failed job are cancelled', async () => {
  let left: AbortSignal | undefined;
  const failures: string[] = [];
  const runner = new QueueRunner(
    {
      kind: 'sweep',
      loop: 'test',
      concurrency: 1,
      run: async (_job, context) => {
        left = context.signal;
        throw new Failure('One of its parts failed.');
      },
      fail: async (_tx, _id, failure) => failures.push(failure),
    },
    new QueueTools(bots.tenants, { wake: () => {} } as unknown as Wakes, new Log(), new Metrics(), bots.bus),
  );
  await bots.tenants.as({}, (tx) => tx.query("delete from work_queue where kind = 'sweep'"));
  await queue('sweep', newId(), newId());
  await runner.turn(new AbortController().signal);
  await runner.drained();
  expect(failures).toEqual(['One of its parts failed.']);
  expect(left?.aborted).toBe(true);
});
