import { acceptInvitation, changeRole, invite, leaveOrganisation } from '@tidegate/contracts/identity/members';
import { createOrganisation, creatorOf, deleteOrganisation } from '@tidegate/contracts/identity/organisations';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { OwnersPlan } from './owners-plan.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const make = ({ caller }: User, name = 'another') => identity.call(createOrganisation, { name }, caller);
const reached = { code: 'organisation_limit_reached', status: 409, data: { limit: 3, used: 3 } };

/** Billing reports another plan of the organisation. */
const billingSays = (orgId: string, plan: string, status = 'active') =>
  identity.tenants.run(orgId, (tx) =>
    identity.app.get(OwnersPlan).storePlans({ data: { orgId, plans: { main: { plan, status } } }, tx } as never),
  );

test('a person has three organisations on free plans, even when creating many at once, and is told what to do', async () => {
  const ada = await identity.newUser();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => make(ada)));
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(2);
  await expect(make(ada)).rejects.toMatchObject({ ...reached, detail: expect.stringContaining('delete one') });

  await billingSays(ada.orgId, 'free');
  await expect(make(ada)).rejects.toMatchObject(reached);
  await billingSays(ada.orgId, 'pro', 'trialing');
  await expect(make(ada)).rejects.toMatchObject(reached);
  await billingSays(ada.orgId, 'pro');
  const { id: organisationId, name } = await make(ada, 'fourth');
  await expect(make(ada)).rejects.toMatchObject(reached);
  await billingSays(ada.orgId, 'free');

  const there = await identity.call(switchOrganisation, { organisationId }, ada.caller);
  await identity.call(deleteOrganisation, { name }, await identity.callerOf(there));
  await expect(make(ada)).rejects.toMatchObject(reached);

  const notifier = { kind: 'service' as const, service: 'notifier' as const, scopes: [] };
  const creator = (organisation: string) => identity.call(creatorOf, { organisationId: organisation }, notifier);
  expect(await creator(ada.orgId)).toEqual({ userId: ada.userId });
  await expect(creator(organisationId)).rejects.toMatchObject({ code: 'not_found' });
  const curious = identity.call(creatorOf, { organisationId: ada.orgId }, ada.caller);
  await expect(curious).rejects.toMatchObject({ code: 'forbidden' });
});

test('everybody who becomes an owner owns one more, in whichever way; who stops being one owns one less', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const asOwner = async (guest: User, host: User) => {
    const { token } = await identity.call(invite, { email: guest.email, role: 'owner' }, host.caller);
    return () => identity.call(acceptInvitation, { token }, guest.caller);
  };
  await (await asOwner(eve, ada))();
  await make(eve);
  await expect(make(eve)).rejects.toMatchObject(reached);
  // By an invitation, which stays valid until there is room, or by a change of the role.
  const bob = await identity.newUser();
  const accept = await asOwner(eve, bob);
  await expect(accept()).rejects.toMatchObject({ ...reached, detail: expect.stringContaining('admin') });
  const { token } = await identity.call(invite, { email: eve.email, role: 'admin' }, bob.caller);
  await identity.call(acceptInvitation, { token }, eve.caller);
  const promote = () => identity.call(changeRole, { userId: eve.userId, role: 'owner' }, bob.caller);
  await expect(promote()).rejects.toMatchObject(reached);
  // One on a paid plan may have any number of owners.
  await billingSays(bob.orgId, 'pro');
  await promote();
  await billingSays(bob.orgId, 'free');
  await expect(make(eve)).rejects.toMatchObject({ ...reached, data: { limit: 3, used: 4 } });

  // Handed over, it counts for the new owner alone.
  await make(ada);
  await make(ada);
  await expect(make(ada)).rejects.toMatchObject(reached);
  await identity.call(leaveOrganisation, { organisationId: ada.orgId }, ada.caller);
  await make(ada);
  await expect(make(ada)).rejects.toMatchObject(reached);
});

test('of two ways to become an owner at once, with room for one, exactly one succeeds', async () => {
  const [eve, ada, bob] = [await identity.newUser(), await identity.newUser(), await identity.newUser()];
  await make(eve);
  const tokens = [ada, bob].map(({ caller }) => identity.call(invite, { email: eve.email, role: 'owner' }, caller));
  const results = await Promise.allSettled([
    ...(await Promise.all(tokens)).map(({ token }) => identity.call(acceptInvitation, { token }, eve.caller)),
    make(eve),
  ]);
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
});
