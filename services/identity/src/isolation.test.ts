import { createHash } from 'node:crypto';
import { createApiKey } from '@tidegate/contracts/identity/api-keys';
import { invite } from '@tidegate/contracts/identity/members';
import { getOrganisation, renameOrganisation } from '@tidegate/contracts/identity/organisations';
import { register } from '@tidegate/contracts/identity/sessions';
import { uncoveredTables } from '@tidegate/database/catalogue';
import { newId } from '@tidegate/database/ids';
import type { Visibility } from '@tidegate/database/tx';
import { type Fixture, openIdentity, PASSWORD } from '../test/fixture.ts';

/* Row-level security below the handlers: what the service's own role sees when a query lacks its condition. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const TABLES = ['organisations', 'members', 'invitations', 'api_keys'];
const count = async (table: string, visibility: Visibility) =>
  (await identity.tenants.as(visibility, (tx) => tx.query(`select * from ${table}`))).length;

test('every table is protected, or says why it belongs to no organisation', async () => {
  const faults = await identity.tenants.as({}, (tx) =>
    uncoveredTables(
      { query: async (sql: string, params: unknown[]) => ({ rows: await tx.query(sql, params) }) } as never,
      'identity',
    ),
  );
  expect(faults).toEqual([]);
});

test('without organisation, person or secret nothing is visible; an organisation sees only its own rows', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const { token } = await identity.call(invite, { email: 'guest@example.com', role: 'viewer' }, ada.caller);
  const { key } = await identity.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, ada.caller);
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  for (const table of TABLES) {
    expect([table, await count(table, {})]).toEqual([table, 0]);
    expect([table, await count(table, { orgId: ada.orgId })]).toEqual([table, 1]);
    expect([table, await count(table, { orgId: newId() })]).toEqual([table, 0]);
  }
  expect(await count('invitations', { orgId: eve.orgId })).toBe(0);
  // A person sees their own memberships; a hash only the row that carries it.
  expect(await count('members', { userId: eve.userId })).toBe(1);
  expect(await count('organisations', { userId: eve.userId })).toBe(1);
  expect(await count('api_keys', { userId: ada.userId })).toBe(0);
  expect(await count('api_keys', { lookup: hashOf(key) })).toBe(1);
  expect(await count('api_keys', { lookup: hashOf(token) })).toBe(0);
  expect(await count('invitations', { lookup: hashOf(token) })).toBe(1);
});

test('what is visible is not writable: neither a person nor a hash changes rows of an organisation', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const promote = identity.tenants.as({ userId: ada.userId }, (tx) =>
    tx.query("update members set role = 'viewer' returning user_id"),
  );
  expect(await promote).toEqual([]);
  const plant = identity.tenants.as({ orgId: eve.orgId, userId: eve.userId }, (tx) =>
    tx.query("insert into members (org_id, user_id, role) values ($1, $2, 'owner')", [ada.orgId, eve.userId]),
  );
  await expect(plant).rejects.toMatchObject({ code: '42501' });
});

test('the current organisation is the caller’s, and fields that are not asked for are refused', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  await identity.call(renameOrganisation, { name: 'Eve & Co' }, eve.caller);
  expect((await identity.call(getOrganisation, {}, eve.caller)).name).toBe('Eve & Co');
  expect((await identity.call(getOrganisation, {}, ada.caller)).name).not.toBe('Eve & Co');
  const reach = identity.call(renameOrganisation, { name: 'x', orgId: ada.orgId }, eve.caller);
  await expect(reach).rejects.toMatchObject({ code: 'validation_failed' });
  const account = { email: 'mallory@example.com', password: PASSWORD, name: 'Mallory' };
  for (const extra of [{ isOperator: true }, { role: 'owner' }, { id: newId() }]) {
    const attempt = identity.call(register, { ...account, ...extra });
    await expect(attempt).rejects.toMatchObject({ code: 'validation_failed' });
  }
  const short = identity.call(register, { ...account, password: 'eleven chars'.slice(0, 11) });
  await expect(short).rejects.toMatchObject({ data: { errors: [expect.objectContaining({ field: '/password' })] } });
});
