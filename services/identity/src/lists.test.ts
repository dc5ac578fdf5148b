import { listApiKeys } from '@tidegate/contracts/identity/api-keys';
import { invite, listInvitations, listMembers } from '@tidegate/contracts/identity/members';
import { getOrganisation, listOrganisations } from '@tidegate/contracts/identity/organisations';
import { me } from '@tidegate/contracts/identity/profile';
import { listSessions, login, register } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity, PASSWORD } from '../test/fixture.ts';
import { DeleteExpired } from './retention/delete-expired.loop.ts';

/* Lists page: every item once and in order, expired ones last or not at all, and no list is unbounded. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 1_000, api_keys: 1_000 } });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
type Item = Record<string, unknown>;

/** All pages of two, one after the other. */
async function everything(operation: Operation, { caller }: User, sort?: string): Promise<Item[]> {
  const all: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const input = { limit: 2, ...(sort ? { sort } : {}), ...(cursor ? { cursor } : {}) };
    const page = (await identity.call(operation, input, caller)) as { items: Item[]; nextCursor?: string };
    expect(page.items.length).toBeLessThanOrEqual(2);
    all.push(...page.items);
    cursor = page.nextCursor;
    if (!cursor) return all;
  }
}
const inOrg = (user: User, sql: string, params: unknown[] = []) =>
  identity.tenants.as({ orgId: user.orgId, userId: user.userId }, (tx) => tx.query(sql, params));

test('members are listed in the order in which they joined, even those who joined at the same instant', async () => {
  const owner = await identity.newUser();
  const others = await Promise.all(Array.from({ length: 4 }, () => identity.newUser()));
  await inOrg(owner, "insert into members (org_id, user_id, role) select $1, unnest($2::uuid[]), 'viewer'", [
    owner.orgId,
    others.map((one) => one.userId),
  ]);
  const ids = (await everything(listMembers, owner)).map((one) => one['userId']);
  expect(ids).toEqual([owner.userId, ...others.map((one) => one.userId).sort()]);
});

test('invitations are listed newest first, without expired ones', async () => {
  const owner = await identity.newUser();
  const made: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    made.unshift((await identity.call(invite, { email: `${n}@example.com`, role: 'viewer' }, owner.caller)).id);
  }
  await inOrg(owner, "update invitations set expires_at = now() - interval '25 hours' where id = $1", [made[1]]);
  expect((await everything(listInvitations, owner)).map((one) => one['id'])).toEqual(made.filter((_, at) => at !== 1));
  await identity.app.get(DeleteExpired).turn();
  expect(await inOrg(owner, 'select 1 from invitations')).toHaveLength(4);
});

test('valid keys are listed before expired ones, which are deleted after a month', async () => {
  const owner = await identity.newUser();
  await inOrg(
    owner,
    `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by, created_at, expires_at)
     select $1, 'key' || n, n::text, 'hash of lists ' || n, '{bots:read}', $2, now() - make_interval(days => n),
            case when n % 2 = 0 then now() - make_interval(days => n * 7) end
       from generate_series(1, 6) n`,
    [owner.orgId, owner.userId],
  );
  expect((await everything(listApiKeys, owner)).map((one) => one['name'])).toEqual(['1', '3', '5', '2', '4', '6']);
  await identity.app.get(DeleteExpired).turn();
  expect((await everything(listApiKeys, owner)).map((one) => one['name'])).toEqual(['1', '3', '5', '2', '4']);
});

test('members, keys and invitations come in every order that there is, and what is not known has its place', async () => {
  const owner = await identity.newUser();
  const others = await Promise.all(Array.from({ length: 4 }, () => identity.newUser()));
  const roles = ['viewer', 'admin', 'editor', 'viewer'];
  await inOrg(owner, 'insert into members (org_id, user_id, role) select $1, * from unnest($2::uuid[], $3::text[])', [
    owner.orgId,
    others.map((one) => one.userId),
    roles,
  ]);
  await identity.tenants.as({}, (tx) =>
    tx.query('update users set last_active_at = now() where id = $1', [others[1]?.userId]),
  );
  const by = async (sort: string, field: string) =>
    (await everything(listMembers, owner, sort)).map((one) => one[field]);
  expect(await by('role', 'role')).toEqual(['viewer', 'viewer', 'editor', 'admin', 'owner']);
  expect(await by('-role', 'role')).toEqual(['owner', 'admin', 'editor', 'viewer', 'viewer']);
  expect((await by('-lastActive', 'userId'))[0]).toBe(others[1]?.userId);
  expect((await by('lastActive', 'userId')).at(-1)).toBe(others[1]?.userId);
  expect(await by('-email', 'email')).toEqual((await by('email', 'email')).toReversed());
  expect(new Set(await by('name', 'userId')).size).toBe(5);

  await inOrg(
    owner,
    `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by, created_at, expires_at, last_used_at)
     select $1, 'sorted' || n, case n when 2 then 'b' else 'A' end, 'hash sorted ' || n, '{bots:read}', $2,
            now() - make_interval(days => n), case when n = 3 then now() + interval '1 day' end,
            case when n = 1 then now() end
       from generate_series(1, 3) n`,
    [owner.orgId, owner.userId],
  );
  const keys = async (sort: string) => (await everything(listApiKeys, owner, sort)).map((one) => one['id']);
  expect(await keys('valid')).toEqual(['sorted1', 'sorted2', 'sorted3']);
  expect(await keys('name')).toEqual(['sorted1', 'sorted3', 'sorted2']);
  expect(await keys('-lastUsed')).toEqual(['sorted1', 'sorted3', 'sorted2']);
  expect(await keys('until')).toEqual(['sorted3', 'sorted1', 'sorted2']);
  expect(await keys('created')).toEqual(['sorted3', 'sorted2', 'sorted1']);

  for (const [email, role] of [
    ['b@example.com', 'admin'],
    ['C@example.com', 'viewer'],
    ['a@example.com', 'viewer'],
  ])
    await identity.call(invite, { email, role }, owner.caller);
  const invited = async (sort: string) =>
    (await everything(listInvitations, owner, sort)).map((one) => String(one['email'])[0]?.toLowerCase());
  expect(await invited('email')).toEqual(['a', 'b', 'c']);
  expect(await invited('-role')).toEqual(['b', 'a', 'c']);
  expect(await invited('created')).toEqual(['b', 'c', 'a']);
});

test('a cursor belongs to its order, and an order that there is not is refused', async () => {
  const owner = await identity.newUser();
  const other = await identity.newUser();
  await inOrg(owner, "insert into members (org_id, user_id, role) values ($1, $2, 'viewer')", [
    owner.orgId,
    other.userId,
  ]);
  const { nextCursor: cursor } = await identity.call(listMembers, { limit: 1, sort: 'name' }, owner.caller);
  const refused = { code: 'validation_failed', data: { errors: [{ field: '/cursor', code: 'invalid_cursor' }] } };
  await expect(identity.call(listMembers, { cursor, sort: '-name' }, owner.caller)).rejects.toMatchObject(refused);
  await expect(identity.call(listMembers, { cursor }, owner.caller)).rejects.toMatchObject(refused);
  expect((await identity.call(listMembers, { cursor, sort: 'name' }, owner.caller)).items).toHaveLength(1);
  for (const sort of ['password', 'name; drop table users', '--name', ''])
    await expect(identity.call(listMembers, { sort }, owner.caller)).rejects.toMatchObject({
      data: { errors: [{ field: '/sort' }] },
    });
});

test('organisations page, and a new token acts in the first of them', async () => {
  const ada = await identity.newUser();
  for (let n = 1; n < 5; n += 1) {
    const other = await identity.newUser();
    await inOrg(other, "insert into members (org_id, user_id, role) values ($1, $2, 'viewer')", [
      other.orgId,
      ada.userId,
    ]);
  }
  const all = await everything(listOrganisations, ada);
  expect(all).toHaveLength(5);
  expect(all[0]).toMatchObject({ id: ada.orgId, role: 'owner' });
  expect((await identity.call(me, {}, ada.caller)).organisations).toEqual(all);
});

test('sessions page, and the hundred and first ends the least recently used', async () => {
  const ada = await identity.newUser();
  const first = ada.caller.sessionId;
  await identity.tenants.as({}, (tx) =>
    tx.query(
      `insert into sessions (id, user_id, refresh_key_sealed, rotated_at, expires_at)
       select gen_random_uuid(), $1, 'x', now() - make_interval(mins => n), now() + interval '1 day'
         from generate_series(1, 99) n`,
      [ada.userId],
    ),
  );
  await identity.tenants.as({}, (tx) =>
    tx.query("update sessions set rotated_at = now() - interval '1 day' where id = $1", [first]),
  );
  expect((await everything(listSessions, ada)).at(-1)).toMatchObject({ id: first, current: true });
  await identity.call(login, { email: ada.email, password: PASSWORD });
  const left = await everything(listSessions, ada);
  expect(left).toHaveLength(100);
  expect(left.map((one) => one['id'])).not.toContain(first);
  expect(new Set(left.map((one) => one['id'])).size).toBe(100);
  expect(await identity.emitted(accessRevoked)).toContainEqual(expect.objectContaining({ kind: 'session', id: first }));
});

test('names are cleaned, and an organisation named after somebody can always be named again', async () => {
  const name = `A\u202eda\u0007 ${'😀'.repeat(40)}`;
  const session = await identity.call(register, { email: `${newId()}@example.com`, password: PASSWORD, name });
  expect(session.user.name).toBe(`Ada ${'😀'.repeat(40)}`);
  const caller = await identity.callerOf(session);
  const organisation = await identity.call(getOrganisation, {}, caller);
  expect(organisation.name.length).toBeLessThanOrEqual(100);
  expect(organisation.name.isWellFormed()).toBe(true);
  await expect(identity.call(listMembers, { cursor: 'x' }, caller)).rejects.toMatchObject({
    code: 'validation_failed',
  });
});
