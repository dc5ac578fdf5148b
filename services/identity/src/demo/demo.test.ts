import { noteRefused } from '@tidegate/contracts/identity/audit';
import { filledDemo, openDemo, removeDemo } from '@tidegate/contracts/identity/demo';
import { invite, leaveOrganisation, listMembers, roleOf } from '@tidegate/contracts/identity/members';
import { getOrganisation, listOrganisations } from '@tidegate/contracts/identity/organisations';
import { me } from '@tidegate/contracts/identity/profile';
import { login, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { createAdmin } from '@tidegate/contracts/identity/users';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const PLATFORM = { kind: 'service' as const, service: 'platform' as const, scopes: [] };

async function operator() {
  const email = `${newId()}@example.com`;
  const { password } = await identity.call(createAdmin, { email }, PLATFORM);
  const session = await identity.call(login, { email, password });
  return identity.callerOf(session);
}

test('without an operator nobody could look at it', async () => {
  await expect(identity.call(openDemo, {}, PLATFORM)).rejects.toMatchObject({ code: 'conflict' });
});

test('there is one, in which everybody may only look, also who became an operator later', async () => {
  const first = await operator();
  const demo = await identity.call(openDemo, {}, PLATFORM);
  expect(demo).toMatchObject({ demo: true, demoUntil: null });
  const later = await operator();
  expect(await identity.call(openDemo, {}, PLATFORM)).toEqual(demo);
  for (const caller of [first, later]) {
    const { items } = await identity.call(listOrganisations, {}, caller);
    expect(items.filter((one) => one.demo)).toMatchObject([{ id: demo.id, role: 'viewer' }]);
    const inDemo = await identity.callerOf(
      await identity.call(switchOrganisation, { organisationId: demo.id }, caller),
    );
    expect(inDemo.scopes.filter((scope) => !scope.endsWith(':read'))).toEqual(['operator']);
    await expect(identity.call(invite, { email: 'eve@example.com', role: 'viewer' }, inDemo)).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
  expect(await identity.emitted({ subject: 'evt.identity.organisation.created.v1' })).toContainEqual(
    expect.objectContaining({ orgId: demo.id, demo: true }),
  );
});

test('it says up to when there is data, is removed by operators only, and is another one afterwards', async () => {
  const caller = await operator();
  const outsider = await identity.newUser();
  const demo = await identity.call(openDemo, {}, PLATFORM);
  const until = '2026-11-29T08:00:00.000Z';
  await identity.call(filledDemo, { until }, PLATFORM);
  expect(await identity.call(getOrganisation, {}, { ...caller, orgId: demo.id, scopes: ['org:read'] })).toMatchObject({
    demoUntil: until,
  });
  await expect(identity.call(removeDemo, {}, outsider.caller)).rejects.toMatchObject({ code: 'forbidden' });
  await identity.call(removeDemo, {}, caller);
  await expect(identity.call(removeDemo, {}, caller)).rejects.toMatchObject({ code: 'not_found' });
  await expect(identity.call(filledDemo, { until }, PLATFORM)).rejects.toMatchObject({ code: 'not_found' });
  const another = await identity.call(openDemo, {}, PLATFORM);
  expect(another.id).not.toBe(demo.id);
  expect(another.demoUntil).toBeNull();
});

test('everybody may look at it once it is filled, as nobody’s member', async () => {
  const before = await operator();
  const demo = await identity.call(openDemo, {}, PLATFORM);
  const { caller, userId, orgId } = await identity.newUser();
  const asked = { organisationId: demo.id, userId };
  // There may be data of an earlier test in it; another one has none.
  await identity.call(removeDemo, {}, before);
  const fresh = await identity.call(openDemo, {}, PLATFORM);
  expect(await identity.call(me, {}, caller)).toMatchObject({ demo: null });
  await expect(identity.call(roleOf, { ...asked, organisationId: fresh.id }, PLATFORM)).rejects.toMatchObject({
    code: 'not_found',
  });
  const until = '2026-11-29T08:00:00.000Z';
  await identity.call(filledDemo, { until }, PLATFORM);
  const own = await identity.call(me, {}, caller);
  expect(own.demo).toEqual({ id: fresh.id, name: fresh.name, role: 'viewer', demo: true, demoUntil: until });
  expect(own.organisations.map(({ id }) => id)).toEqual([orgId]);
  const { role, scopes } = await identity.call(roleOf, { ...asked, organisationId: fresh.id }, PLATFORM);
  expect(role).toBe('viewer');
  // Nothing that changes anything, and not who else looks.
  expect(scopes.filter((scope) => !scope.endsWith(':read') || scope === 'members:read')).toEqual([]);
  const guest = { ...caller, orgId: fresh.id, role, scopes };
  expect(await identity.call(getOrganisation, {}, guest)).toMatchObject({ id: fresh.id, demo: true });
  await expect(identity.call(listMembers, {}, guest)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(identity.call(invite, { email: 'eve@example.com', role: 'viewer' }, guest)).rejects.toMatchObject({
    code: 'forbidden',
  });
  // It is nowhere among what is theirs, and no session stays there.
  expect((await identity.call(listOrganisations, {}, caller)).items.map(({ id }) => id)).toEqual([orgId]);
  for (const refused of [switchOrganisation, leaveOrganisation])
    await expect(identity.call(refused, { organisationId: fresh.id }, caller)).rejects.toMatchObject({
      code: 'not_found',
    });
  // Other organisations stay closed.
  const other = await identity.newUser();
  await expect(identity.call(roleOf, { ...asked, organisationId: other.orgId }, PLATFORM)).rejects.toMatchObject({
    code: 'not_found',
  });
  // So may an operator who came after the last fill.
  expect((await identity.call(me, {}, await operator())).demo).toMatchObject({ id: fresh.id });
});

test('what a guest tries in vain is in no log', async () => {
  await operator();
  const demo = await identity.call(openDemo, {}, PLATFORM);
  const { userId } = await identity.newUser();
  const input = { action: 'bots.create', actor: { kind: 'person', userId }, thing: { kind: 'bot', id: null } };
  await identity.call(noteRefused, input, { kind: 'service', service: 'gateway', orgId: demo.id, scopes: [] });
  const logged = await identity.tenants.run(demo.id, (tx) =>
    tx.query('select from audit_entries where user_id = $1', [userId]),
  );
  expect(logged).toEqual([]);
});

test('an operator may keep it for operators', async () => {
  const closed = await openIdentity({ demoForEverybody: false });
  try {
    await closed.call(createAdmin, { email: 'admin@example.com' }, PLATFORM);
    const demo = await closed.call(openDemo, {}, PLATFORM);
    await closed.call(filledDemo, { until: '2026-11-29T08:00:00.000Z' }, PLATFORM);
    const { caller, userId } = await closed.newUser();
    expect(await closed.call(me, {}, caller)).toMatchObject({ demo: null });
    await expect(closed.call(roleOf, { organisationId: demo.id, userId }, PLATFORM)).rejects.toMatchObject({
      code: 'not_found',
    });
  } finally {
    await closed.close();
  }
});
