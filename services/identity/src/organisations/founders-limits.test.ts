import { acceptInvitation, changeRole, invite, removeMember } from '@tidegate/contracts/identity/members';
import { createOrganisation, deleteOrganisation, founderOf } from '@tidegate/contracts/identity/organisations';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { FoundersLimits } from './founders-limits.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const make = ({ caller }: User, name = 'another') => identity.call(createOrganisation, { name }, caller);
const reached = { code: 'organisation_limit_reached', status: 409, data: { limit: 3, used: 3 } };

/** Billing says that the organisation has another plan. */
const billingSays = (orgId: string, plan: string) =>
  identity.tenants.run(orgId, (tx) =>
    identity.app.get(FoundersLimits).keepPlan({ data: { orgId, plan }, tx } as never),
  );

test('a person has three organisations on free plans, also when they make many at once, and is told what to do', async () => {
  const ada = await identity.newUser();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => make(ada)));
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(2);
  await expect(make(ada)).rejects.toMatchObject({ ...reached, detail: expect.stringContaining('delete one') });

  await billingSays(ada.orgId, 'free');
  await expect(make(ada)).rejects.toMatchObject(reached);
  await billingSays(ada.orgId, 'pro');
  const { id: organisationId, name } = await make(ada, 'fourth');
  await expect(make(ada)).rejects.toMatchObject(reached);
  await billingSays(ada.orgId, 'free');

  const there = await identity.call(switchOrganisation, { organisationId }, ada.caller);
  await identity.call(deleteOrganisation, { name }, await identity.callerOf(there));
  await expect(make(ada)).rejects.toMatchObject(reached);

  const notifier = { kind: 'service' as const, service: 'notifier' as const, scopes: [] };
  const founder = (organisation: string) => identity.call(founderOf, { organisationId: organisation }, notifier);
  expect(await founder(ada.orgId)).toEqual({ userId: ada.userId });
  await expect(founder(organisationId)).rejects.toMatchObject({ code: 'not_found' });
  const curious = identity.call(founderOf, { organisationId: ada.orgId }, ada.caller);
  await expect(curious).rejects.toMatchObject({ code: 'forbidden' });
});

test('organisations of others take nobody’s place, and one that was handed over takes none any more', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const { token } = await identity.call(invite, { email: ada.email, role: 'owner' }, eve.caller);
  await identity.call(acceptInvitation, { token }, ada.caller);
  await make(ada);
  await make(ada);
  await expect(make(ada)).rejects.toMatchObject(reached);
  await make(eve);
  await make(eve);
  await expect(make(eve)).rejects.toMatchObject(reached);
  await identity.call(changeRole, { userId: ada.userId, role: 'owner' }, eve.caller);
  await identity.call(removeMember, { userId: eve.userId }, eve.caller);
  await make(eve);
  await expect(make(ada)).rejects.toMatchObject(reached);
});
