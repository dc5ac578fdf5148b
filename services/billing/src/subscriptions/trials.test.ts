import { finishCheckout } from '@tidegate/contracts/billing/checkout';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { changeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { newId } from '@tidegate/database/ids';
import { purgeOrganisation } from '@tidegate/database/purge-organisation';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { openStripeWorld } from '../../test/stripe-world.ts';
import { claimTrial, hasTried } from './trial.rows.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const organisation = (owner: string) => billing.create(undefined, newId(), owner);
const tryPro = (org: string, userId?: string) =>
  billing.call(changeSubscription, { product: 'monitoring', plan: 'pro', trial: true }, org, userId ? { userId } : {});
const tried = { code: 'trial_not_available', data: { reason: 'already_tried' } };
const learn = (org: string, ownerIds: string[]) => {
  billing.known.set(org, { id: org, name: 'A', ownerEmail: null, ownerIds, createdAt: new Date().toISOString() });
  return billing.tenants.run(org, (tx) =>
    billing.learn.member({ data: { orgId: org }, event: { time: new Date().toISOString() }, tx } as never),
  );
};
const turn = () => billing.learn.turn({ signal: new AbortController().signal });

test('an owner who has tried a product tries it with no other organisation, neither themselves nor through others, also when the first is deleted', async () => {
  const [ada, eve] = [newId(), newId()];
  const first = await organisation(ada);
  await tryPro(first, eve);
  await expect(tryPro(await organisation(ada), newId())).rejects.toMatchObject(tried);
  await expect(tryPro(await organisation(newId()), eve)).rejects.toMatchObject(tried);
  await billing.tenants.as({}, (tx) => noteDeleted(tx, first));
  await purgeOrganisation(billing.tenants, first);
  await expect(tryPro(await organisation(ada), ada)).rejects.toMatchObject(tried);
  await tryPro(await organisation(newId()), newId());
});

test('of organisations of one person that try at once, one does', async () => {
  const ada = newId();
  const orgs = await Promise.all(Array.from({ length: 6 }, () => organisation(ada)));
  const answers = await Promise.allSettled(orgs.map((org) => tryPro(org, ada)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a refused trial claims nothing for others who asked', async () => {
  const [ada, eve] = [newId(), newId()];
  await tryPro(await organisation(ada));
  await expect(tryPro(await organisation(ada), eve)).rejects.toMatchObject(tried);
  await tryPro(await organisation(eve), eve);
});

test('whoever becomes an owner counts; trials from before owners were known are theirs', async () => {
  const [ada, eve] = [newId(), newId()];
  await tryPro(await organisation(ada));
  const shared = await organisation(eve);
  await learn(shared, [eve, ada]);
  await turn();
  await expect(tryPro(shared, eve)).rejects.toMatchObject(tried);
  const old = await organisation(newId());
  await tryPro(old);
  await billing.tenants.run(old, (tx) =>
    tx.query('update organisation_profiles set owner_ids = null where org_id = $1', [old]),
  );
  const owner = newId();
  await learn(old, [owner]);
  await turn();
  await expect(tryPro(await organisation(owner))).rejects.toMatchObject(tried);
});

test('a card is such a key as well, and none is stored as it is', async () => {
  await billing.tenants.as({}, async (tx) => {
    expect(await claimTrial(tx, 'monitoring', ['card:f1'])).toBe(true);
    expect(await claimTrial(tx, 'monitoring', ['card:f2', 'card:f1'])).toBe(false);
    expect([await hasTried(tx, 'monitoring', ['card:f1']), await hasTried(tx, 'trading', ['card:f1'])]).toEqual([
      true,
      false,
    ]);
    expect(await tx.query("select 1 from trial_claims where key like '%:%'")).toEqual([]);
  });
});

test('what Stripe bills is tried once by each person as well', async () => {
  const world = await openStripeWorld();
  const ada = newId();
  const [first, second] = [await world.create(undefined, newId(), ada), await world.create(undefined, newId(), ada)];
  await world.buy(first, { plan: 'tried' });
  await world.settle();
  expect(await world.plan(first)).toMatchObject({ status: 'trialing' });
  await world.buy(second, { plan: 'tried' });
  await world.settle();
  expect(await world.plan(second)).toMatchObject({ plan: 'tried', status: 'active' });
});

test('of pages to buy that one person has opened in several organisations, one gives a trial', async () => {
  const world = await openStripeWorld();
  const ada = newId();
  const [first, second] = [await world.create(undefined, newId(), ada), await world.create(undefined, newId(), ada)];
  const pages = [
    { org: first, page: await world.checkout(first, { plan: 'tried' }) },
    { org: second, page: await world.checkout(second, { plan: 'tried' }) },
  ];
  for (const { org, page } of pages) {
    await world.stripe.visit(page.url, {});
    await world.ask(finishCheckout, { sessionId: page.sessionId }, org);
    await world.settle();
  }
  expect(await world.plan(first)).toMatchObject({ plan: 'tried', status: 'trialing' });
  expect(await world.plan(second)).toMatchObject({ plan: 'free' });
  await world.compare();
  expect(await world.plan(first)).toMatchObject({ plan: 'tried', status: 'trialing' });
});
