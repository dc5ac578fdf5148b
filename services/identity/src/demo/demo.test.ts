import { filledDemo, openDemo, removeDemo } from '@tidegate/contracts/identity/demo';
import { invite } from '@tidegate/contracts/identity/members';
import { getOrganisation, listOrganisations } from '@tidegate/contracts/identity/organisations';
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
