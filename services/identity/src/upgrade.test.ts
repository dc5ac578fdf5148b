import { join } from 'node:path';
import { newId } from '@tidegate/database/ids';
import { type SchemaBefore, schemaBefore } from '@tidegate/testing/upgrade';
import { invitedHash } from './members/invitation.rows.ts';

/* What there was before the upgrade. */
const root = (path: string) => join(__dirname, '../../..', path);
const libraries = ['database', 'messaging', 'vault', 'entitlements'].map((lib) => root(`libs/${lib}/migrations`));
let schema: SchemaBefore;

beforeAll(async () => {
  const folder = root('services/identity/migrations');
  schema = await schemaBefore('0005', { schema: 'identity', libraries, folder });
});
afterAll(() => schema.drop());

test('members get versions, organisations their creators and plans; invitations without a creator end', async () => {
  const { client } = schema;
  const [org, first, second] = [newId(), newId(), newId()];
  for (const id of [second, first]) {
    await client.query("insert into users (id, email, name, password_hash) values ($1, $2, 'x', 'x')", [id, id]);
  }
  await client.query("insert into organisations (org_id, name) values ($1, 'x')", [org]);
  await client.query(
    `insert into members (org_id, user_id, role, joined_at)
     values ($1, $2, 'owner', now() - interval '1 day'), ($1, $3, 'owner', now())`,
    [org, first, second],
  );
  await client.query(
    `insert into invitations (org_id, id, email, role, token_hash, expires_at) values ($1, $1::uuid, 'x', 'owner', 'x', 'infinity')`,
    [org],
  );
  await client.query('insert into entitlements (org_id, version, snapshot) values ($1, 1, $2)', [org, { plan: 'pro' }]);

  await schema.upgrade();
  const { rows: organisations } = await client.query('select org_id, created_by, plans from organisations');
  expect(organisations).toEqual([{ org_id: org, created_by: first, plans: ['main.pro'] }]);
  const { rows: members } = await client.query('select distinct version from members');
  expect(members).toHaveLength(2);
  expect((await client.query('select 1 from invitations')).rows).toEqual([]);
  const forced = await client.query(
    "select relname from pg_class where relnamespace = 'identity'::regnamespace and relrowsecurity and not relforcerowsecurity",
  );
  expect(forced.rows).toEqual([]);
});

test('operators are verified, others are not; open invitations are found by their recipient', async () => {
  const folder = root('services/identity/migrations');
  const before = await schemaBefore('0010', { schema: 'identity', libraries, folder });
  const { client } = before;
  const [org, operator, user] = [newId(), newId(), newId()];
  await client.query(
    `insert into users (id, email, name, password_hash, is_operator) values ($1, 'a', 'x', 'x', true), ($2, 'b', 'x', 'x', false)`,
    [operator, user],
  );
  await client.query("insert into organisations (org_id, name) values ($1, 'x')", [org]);
  await client.query("insert into members (org_id, user_id, role) values ($1, $2, 'owner')", [org, user]);
  await client.query(
    `insert into invitations (org_id, id, email, role, token_hash, invited_by, expires_at)
     values ($1, $1::uuid, 'Guest@Example.com', 'viewer', 'x', $2, 'infinity')`,
    [org, user],
  );
  await before.upgrade();
  const { rows: verified } = await client.query('select id from users where email_verified_at is not null');
  expect(verified).toEqual([{ id: operator }]);
  const { rows: invitations } = await client.query('select invited_hash from invitations');
  expect(invitations).toEqual([{ invited_hash: invitedHash('guest@example.COM') }]);
  await before.drop();
});

test('tables and columns get the field’s names with all their rows, and retention still sees what expired', async () => {
  const folder = root('services/identity/migrations');
  const before = await schemaBefore('0011', { schema: 'identity', libraries, folder });
  const { client } = before;
  const [org, user] = [newId(), newId()];
  await client.query("insert into users (id, email, name, password_hash) values ($1, 'a', 'x', 'x')", [user]);
  await client.query("insert into organisations (org_id, name, founded_by) values ($1, 'x', $2)", [org, user]);
  await client.query("insert into members (org_id, user_id, role) values ($1, $2, 'owner')", [org, user]);
  await client.query("insert into login_known (user_id, subject) values ($1, 'pair:x')", [user]);
  await client.query(
    `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by) values ($1, 'k', 'x', 'x', '{}', $2)`,
    [org, user],
  );
  await before.upgrade();
  const rows = async (sql: string) => (await client.query(sql)).rows;
  expect(await rows('select created_by from organisations')).toEqual([{ created_by: user }]);
  expect(await rows('select user_id, subject from known_login_sources')).toEqual([
    { user_id: user, subject: 'pair:x' },
  ]);
  expect(await rows('select sequence::int from api_keys')).toEqual([{ sequence: 1 }]);
  const policies = await rows(
    "select tablename, qual from pg_policies where schemaname = 'identity' and policyname = 'tenant' and qual like '%retention%'",
  );
  expect(policies.map(({ tablename }) => tablename).sort()).toEqual([
    'api_keys',
    'audit_entries',
    'former_api_keys',
    'invitations',
  ]);
  await before.drop();
});
