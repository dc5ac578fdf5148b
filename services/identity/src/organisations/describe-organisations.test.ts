import { acceptInvitation, invite, leaveOrganisation } from '@tidegate/contracts/identity/members';
import { describeOrganisations, renameOrganisation } from '@tidegate/contracts/identity/organisations';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const billing = { kind: 'service' as const, service: 'billing' as const, scopes: [] };
const describe = (...organisationIds: string[]) =>
  identity.call(describeOrganisations, { organisationIds }, billing).then(({ items }) => items);

test('services are told names and owners of organisations as they are now, of those that exist, and people are not', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  await identity.call(renameOrganisation, { name: 'Harbour' }, ada.caller);
  const found = await describe(newId(), ada.orgId, eve.orgId, ada.orgId);
  expect(found).toMatchObject([
    { id: ada.orgId, name: 'Harbour', ownerEmail: ada.email, ownerIds: [ada.caller.userId] },
    { id: eve.orgId, ownerEmail: eve.email },
  ]);
  await expect(
    identity.call(describeOrganisations, { organisationIds: [eve.orgId] }, ada.caller),
  ).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('when the first owner leaves, the next one is the owner', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const { token } = await identity.call(invite, { email: eve.email, role: 'owner' }, ada.caller);
  await identity.call(acceptInvitation, { token }, eve.caller);
  expect(await describe(ada.orgId)).toMatchObject([{ ownerIds: [ada.caller.userId, eve.caller.userId] }]);
  await identity.call(leaveOrganisation, { organisationId: ada.orgId }, ada.caller);
  expect(await describe(ada.orgId)).toMatchObject([{ ownerEmail: eve.email }]);
});
