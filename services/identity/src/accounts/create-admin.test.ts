import { writeFileSync } from 'node:fs';
import { listOrganisations } from '@tidegate/contracts/identity/organisations';
import { login } from '@tidegate/contracts/identity/sessions';
import { createAdmin } from '@tidegate/contracts/identity/users';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

const PLATFORM: Caller = { kind: 'service', service: 'platform', scopes: [] };
const email = 'admin@localhost';
let identity: Fixture;
beforeEach(async () => {
  identity = await openIdentity();
});
afterEach(() => identity.close());

test('the first start creates the operator of the password file, with an organisation; later starts change nothing', async () => {
  await expect(identity.call(login, { email, password: 'the first password' })).rejects.toMatchObject({
    code: 'wrong_credentials',
  });
  writeFileSync(identity.adminPasswordFile, 'the first password\n');
  await Promise.all([identity.start(), identity.start()]);
  const session = await identity.call(login, { email, password: 'the first password' });
  expect(session).toMatchObject({ user: { isOperator: true }, organisation: { name: 'Operator' }, role: 'owner' });
  const caller = await identity.callerOf(session);
  expect(caller.scopes).toContain('operator');
  expect((await identity.call(listOrganisations, {}, caller)).items).toMatchObject([{ name: 'Operator' }]);

  writeFileSync(identity.adminPasswordFile, 'another password\n');
  await identity.start();
  expect((await identity.call(login, { email, password: 'the first password' })).user.id).toBe(session.user.id);
});

test('an empty password file creates no operator', async () => {
  writeFileSync(identity.adminPasswordFile, '\n');
  await identity.start();
  await expect(identity.call(login, { email, password: '' })).rejects.toMatchObject({ code: 'wrong_credentials' });
});

test('operators create operators, with a generated or given password; others do not', async () => {
  const made = await identity.call(createAdmin, { email: 'ops@example.com' }, PLATFORM);
  const session = await identity.call(login, { email: 'ops@example.com', password: made.password });
  expect((await identity.callerOf(session)).scopes).toContain('operator');
  const given = { email: 'ops2@example.com', password: 'a password of my own' };
  expect((await identity.call(createAdmin, given, PLATFORM)).user.isOperator).toBe(true);
  expect((await identity.call(login, given)).user.isOperator).toBe(true);
  await expect(identity.call(createAdmin, given, PLATFORM)).rejects.toMatchObject({ code: 'email_taken' });

  const { caller } = await identity.newUser();
  const asUser = identity.call(createAdmin, { email: 'eve@example.com' }, caller);
  await expect(asUser).rejects.toMatchObject({ code: 'forbidden', data: { scope: 'operator' } });
});
