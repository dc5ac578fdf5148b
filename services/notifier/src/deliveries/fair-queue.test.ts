import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { serverLost } from '../../test/happenings.ts';
import { deliveries, deliveryWhen, hook } from '../../test/receiver.ts';
import { LearnOwners } from '../owners/learn-owners.ts';
import { type Lease, type Looking, leaseDue, SHARE } from '../queue/delivery-queue.rows.ts';

/* Customers with much to send, or with receivers that hang, do not delay others: counted in turns, not in seconds. */
let world: NotifierWorld;
beforeAll(async () => {
  world = await NotifierWorld.start();
});

const tx = { query: (text: string, values: unknown[]) => world.sql(text, values) } as unknown as Tx;
const lease = (more: Partial<Looking> = {}) =>
  leaseDue(tx, { limit: 64, leaseSeconds: 30, inHand: [], blocked: [], careful: [], ...more });

/** Messages of one organisation that have been due for a while. */
async function queue(
  count: number,
  of: { org?: string; person?: string; channel?: string; receiver?: string; age?: number } = {},
) {
  const { org = newId(), person = org, channel = newId(), receiver = channel, age = 1_000 } = of;
  await world.sql(
    `insert into delivery_queue (delivery_id, org_id, owner_id, channel_id, receiver, due_at)
     select gen_random_uuid(), $1, $2, $3, $4, now() - make_interval(secs => $6 - n / 1000.0)
       from generate_series(1, $5::int) n`,
    [org, person, channel, receiver, count, age],
  );
  return { org, person, channel };
}
const peopleOf = (leases: readonly Lease[]) => leases.map((lease) => lease.owner_id);
const countOf = (leases: readonly Lease[], person: string) => peopleOf(leases).filter((one) => one === person).length;

describe('the queue', () => {
  afterEach(() => world.sql('delete from delivery_queue'));

  it('gives one person with nine organisations no more than one share, and somebody else the first turn', async () => {
    const person = newId();
    for (let n = 0; n < 9; n += 1) await queue(40, { person });
    const outsider = await queue(1);
    const first = await lease();
    expect(countOf(first, person)).toBe(SHARE.person);
    expect(countOf(first, outsider.person)).toBe(1);
    // While these hang, no more of this person are leased, however often we try.
    const late = await queue(1);
    const second = await lease({ inHand: first });
    expect(peopleOf(second)).toEqual([late.person]);
    const third = await lease({ inHand: first.slice(1) });
    expect(countOf(third, person)).toBe(1);
  });

  it('gives everybody a first slot before anybody a second one', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => queue(20)));
    const outsiders = await Promise.all(Array.from({ length: 5 }, () => queue(1)));
    const leases = await lease({ limit: 15 });
    expect(new Set(peopleOf(leases))).toEqual(new Set([...many, ...outsiders].map(({ person }) => person)));
  });

  it('finds others behind more messages of one person than it reads at once', async () => {
    const { person } = await queue(1_200, { age: 2_000 });
    const outsider = await queue(1);
    const first = await lease();
    expect(peopleOf(first)).toEqual(Array.from({ length: SHARE.organisation }, () => person));
    expect(peopleOf(await lease({ inHand: first }))).toContain(outsider.person);
  });

  it('limits concurrent calls to one host, with more of them to the mail server', async () => {
    for (let n = 0; n < 6; n += 1) await queue(8, { receiver: 'hooks.example.com' });
    for (let n = 0; n < 6; n += 1) await queue(8, { receiver: 'smtp' });
    const leases = await lease({ limit: 96 });
    expect(leases.filter((lease) => lease.receiver === 'smtp')).toHaveLength(SHARE.mailServer);
    expect(leases.filter((lease) => lease.receiver !== 'smtp')).toHaveLength(SHARE.host);
  });

  it('pauses a receiver that hangs, and tries one delivery when the pause is over', async () => {
    const [hanging, trying, well] = [await queue(5), await queue(5), await queue(5)];
    const leases = await lease({ blocked: [hanging.channel], careful: [hanging.channel, trying.channel] });
    expect(countOf(leases, hanging.person)).toBe(0);
    expect(countOf(leases, trying.person)).toBe(1);
    expect(countOf(leases, well.person)).toBe(5);
  });
});

it('sends somebody else’s message past nine organisations of one person whose receiver hangs', async () => {
  await world.boot({ NOTIFIER_TIMEOUT_SECONDS: '20' });
  const hanging = await startWebhookReceiver();
  const receiver = await startWebhookReceiver();
  const gate = Promise.withResolvers<void>();
  hanging.answerAlways({ status: 200, after: gate.promise });
  const person = newId();
  const orgs = Array.from({ length: 9 }, () => newId());
  for (const orgId of orgs) {
    await world.happens(organisationCreated, { orgId, name: 'x', ownerUserId: person }, { orgId });
  }
  await until(async () => (await world.sql('select 1 from owners where user_id = $1', [person])).length === 9);
  for (const orgId of orgs) {
    await hook(world, orgId, hanging);
    await Promise.all(Array.from({ length: 4 }, () => serverLost(world, orgId)));
  }
  await until(() => hanging.requests.length === SHARE.person);
  const outsider = newId();
  await hook(world, outsider, receiver);
  await serverLost(world, outsider);
  // The others still hang: it did not wait for any of them.
  await deliveryWhen(world, outsider, (one) => one.state === 'delivered');
  expect(hanging.mostAtOnce).toBe(SHARE.person);
  gate.resolve();
  for (const orgId of orgs) {
    await until(async () => (await deliveries(world, orgId)).every((one) => one.state === 'delivered'));
  }
  expect(hanging.mostAtOnce).toBe(SHARE.person);
  await Promise.all([hanging.close(), receiver.close()]);
});

it('holds at most a thousand for one channel; further ones fail and say why', async () => {
  const receiver = await startWebhookReceiver();
  const org = newId();
  const { channelId } = await hook(world, org, receiver);
  await world.sql(
    `insert into delivery_queue (delivery_id, org_id, owner_id, channel_id, receiver, due_at)
     select gen_random_uuid(), $1, $1, $2, 'x', now() + interval '1 hour' from generate_series(1, 1000)`,
    [org, channelId],
  );
  await serverLost(world, org);
  expect(await deliveryWhen(world, org, (one) => one.state !== 'pending')).toMatchObject({
    state: 'failed',
    attempts: 0,
    lastError: 'too_many_waiting',
  });
  await world.sql('delete from delivery_queue where org_id = $1', [org]);
  await receiver.close();
});

it('learns the owners of organisations page by page, past a hundred that fail', async () => {
  const replica = await world.boot();
  const orgs = Array.from({ length: 110 }, () => newId()).sort();
  world.neighbours.creators = new Map(orgs.slice(100).map((orgId) => [orgId, newId()]));
  await world.sql(
    `insert into channels (org_id, id, kind, name, target, events, secret, receiver)
     select o, gen_random_uuid(), 'webhook', 'x', 'x', '{}', 'x', 'x' from unnest($1::uuid[]) o`,
    [orgs],
  );
  await replica.get(LearnOwners).ask({ signal: new AbortController().signal });
  const learned = await world.sql('select user_id from owners where org_id = any ($1)', [orgs]);
  expect(learned.map((row) => row['user_id']).sort()).toEqual([...world.neighbours.creators.values()].sort());
  world.neighbours.creators = undefined;
});
