import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { storeSnapshot } from '@tidegate/entitlements/snapshot.rows';
import { type Fixture, type Owner, openBilling, openOwner, SHIPPED } from './fixture.ts';

/*
 * A service that owns counted things, as bot-executor owns bots: its own schema, its own copy of the entitlements, and
 * one transaction per creation. What billing really computes from the shipped catalogue decides.
 */
let billing: Fixture;
let owner: Owner;
let entitlements: Entitlements;
beforeAll(async () => {
  billing = await openBilling();
  owner = await openOwner();
  await billing.call(applyPlans, { yaml: SHIPPED });
  const bus = {
    call: (operation: never, input: unknown, { orgId }: { orgId: string }) => billing.call(operation, input, orgId),
  };
  entitlements = new Entitlements(bus as never);
});
afterAll(() => Promise.all([billing.close(), owner.close()]));

async function count(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>('select count(*)::int as count from bots where org_id = $1', [tx.orgId]);
  return row?.count ?? 0;
}
const create = (org: string) =>
  owner.tenants.run(org, async (tx) => {
    await entitlements.claim(tx, 'bots', () => count(tx));
    await tx.query('insert into bots (org_id, id) values ($1, $2)', [org, newId()]);
  });

async function attempt(org: string, times: number): Promise<{ made: number; refused: ProblemError[] }> {
  const results = await Promise.allSettled(Array.from({ length: times }, () => create(org)));
  const failed = results.filter((result) => result.status === 'rejected');
  return { made: times - failed.length, refused: failed.map((result) => result.reason as ProblemError) };
}

test('200 concurrent creates against a limit of 5 yield exactly 5; the other 195 are told the limit, the usage and the plan that allows more', async () => {
  const org = newId();
  const { made, refused } = await attempt(org, 200);
  expect(made).toBe(5);
  expect(await owner.tenants.read(org, count)).toBe(5);
  expect(refused).toHaveLength(195);
  for (const problem of refused) {
    expect(problem).toMatchObject({
      code: 'plan_limit_reached',
      status: 402,
      data: { feature: 'bots', limit: 5, used: 5, plan: 'free', upgradeTo: 'pro' },
    });
  }
});

test('after one is deleted exactly one more can be created', async () => {
  const org = newId();
  await attempt(org, 5);
  await owner.tenants.run(org, (tx) =>
    tx.query('delete from bots where id = (select id from bots where org_id = $1 limit 1)', [org]),
  );
  expect((await attempt(org, 40)).made).toBe(1);
});

test('another plan changes the limit at once; a smaller one deletes nothing and refuses anything new', async () => {
  const org = newId();
  await attempt(org, 6);
  const change = async (plan: string) => {
    await billing.call(setSubscription, { organisationId: org, plan });
    const newest = (await billing.announced(org)).at(-1);
    await owner.tenants.run(org, (tx) => storeSnapshot(tx, newest as never));
  };
  await change('pro');
  expect((await attempt(org, 60)).made).toBe(20);
  await change('free');
  const { made, refused } = await attempt(org, 10);
  expect(made).toBe(0);
  expect(refused[0]).toMatchObject({ data: { limit: 5, used: 25 } });
  expect(await owner.tenants.read(org, count)).toBe(25);
});
