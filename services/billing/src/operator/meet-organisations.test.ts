import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant, organisationBilling } from '@tidegate/contracts/billing/grants';
import { organisationStory, searchOrganisations } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { getSubscriptions, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { MeetOrganisations } from './meet-organisations.ts';

let billing: Fixture;
const asked: string[] = [];
let isAway = false;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

/** What stands before each handler in the service, where billing asks itself over the bus. */
function guard(contract: Operation, input: object): true | Promise<true> {
  const call = async (operation: Operation, given: never, options: { orgId?: string } = {}): Promise<unknown> => {
    asked.push(operation.name);
    if (isAway) throw unavailable();
    if (operation === getEntitlements) return billing.call(getEntitlements, {}, options.orgId);
    return (billing.bus as unknown as { call: typeof call }).call(operation, given);
  };
  const context = { switchToRpc: () => ({ getContext: () => ({ contract }), getData: () => ({ input }) }) };
  return new MeetOrganisations(billing.tenants, { call } as never).canActivate(context as never);
}
async function operate<Op extends Operation>(operation: Op, input: { organisationId: string }) {
  await guard(operation, input);
  return billing.call(operation, input);
}
/** Identity has it; its event is under way. */
function signUp(): string {
  const id = newId();
  const createdAt = new Date().toISOString();
  billing.known.set(id, { id, name: 'New', ownerEmail: 'new@example.com', ownerIds: [id], createdAt });
  return id;
}
const grant = (organisationId: string) => ({ organisationId, feature: 'servers', value: 4, reason: 'a promise' });

test('an operator’s change, or look, arrives before the sign-up does, and the sign-up changes nothing of it', async () => {
  const [given, set, seen] = [signUp(), signUp(), signUp()];
  await operate(createGrant, grant(given));
  await operate(setSubscription, { organisationId: set, ...{ product: 'monitoring', plan: 'starter', reason: 'x' } });
  expect(await operate(organisationBilling, { organisationId: seen })).toMatchObject({ organisationId: seen });
  for (const orgId of [given, set, seen]) await billing.create(new Date().toISOString(), orgId);
  expect((await billing.call(getEntitlements, {}, given)).features['servers']).toMatchObject({ limit: 5 });
  expect((await billing.subscription(set, 'monitoring')).plan).toBe('starter');
  const actions = (await billing.call(organisationBilling, { organisationId: seen })).changes.map(
    ({ action }) => action,
  );
  expect(new Set(actions)).toEqual(new Set(['opened']));
});

test('one that identity does not know is not found and leaves nothing behind; one that is known is not asked about', async () => {
  const nobody = newId();
  for (const operation of [createGrant, organisationBilling, organisationStory])
    await expect(operate(operation, grant(nobody))).rejects.toBeDefined();
  await expect(operate(createGrant, grant(nobody))).rejects.toMatchObject({ code: 'not_found' });
  const left = await billing.tenants.system('catalogue', (tx) =>
    tx.query('select from entitlements where org_id = $1', [nobody]),
  );
  expect(left).toEqual([]);
  const org = await billing.create();
  asked.length = 0;
  await operate(createGrant, grant(org));
  for (const operation of [searchOrganisations, getSubscriptions]) expect(guard(operation, {})).toBe(true);
  expect(asked).toEqual([]);
});

test('while identity is away the answer is to try again, and only for what is not known', async () => {
  const [org, fresh] = [await billing.create(), signUp()];
  isAway = true;
  await operate(createGrant, grant(org));
  await expect(operate(createGrant, grant(fresh))).rejects.toMatchObject({ code: 'unavailable' });
  isAway = false;
  await operate(createGrant, grant(fresh));
});

test('what a thing was before its change is asked in a transaction, and nothing outside it', async () => {
  const fresh = signUp();
  asked.length = 0;
  await billing.tenants.run(newId(), async (tx) => {
    await tx.query('select 1');
    expect(await guard(organisationBilling, { organisationId: fresh })).toBe(true);
  });
  expect(asked).toEqual([]);
});
