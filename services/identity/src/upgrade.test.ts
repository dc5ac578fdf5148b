import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@tidegate/database/ids';
import { migrate } from '@tidegate/database/migrate';
import { runPostgres } from '@tidegate/testing/test-run';
import pg from 'pg';

/* What was there before the upgrade. */
const root = (path: string) => join(__dirname, '../../..', path);
const LIBRARIES = ['database', 'messaging', 'vault', 'entitlements'].map((lib) => root(`libs/${lib}/migrations`));
const tag = randomBytes(6).toString('hex');
const [role, database] = [`role_${tag}`, `upgrade_${tag}`];
const before = mkdtempSync(join(tmpdir(), 'tidegate-upgrade-'));
let server: Awaited<ReturnType<typeof runPostgres>>;
let client: pg.Client;

const superuser = () => ({ host: server.host, port: server.port, user: server.user, password: server.password });
const run = async (...statements: string[]) => {
  const admin = new pg.Client({ ...superuser(), database: 'postgres' });
  await admin.connect();
  for (const statement of statements) await admin.query(statement);
  await admin.end();
};
const migrated = (folder: string) =>
  migrate({ ...superuser(), database }, [{ schema: 'identity', role, password: 'x', folders: [...LIBRARIES, folder] }]);

beforeAll(async () => {
  server = await runPostgres();
  await run(`create database ${database}`);
  const all = root('services/identity/migrations');
  for (const name of readdirSync(all)) if (name < '0005') cpSync(join(all, name), join(before, name));
  await migrated(before);
  client = new pg.Client({ ...superuser(), database });
  await client.connect();
  await client.query('set search_path = identity');
});
afterAll(async () => {
  await client.end();
  await run(`drop database ${database}`, `drop role ${role}`);
  rmSync(before, { recursive: true, force: true });
});

test('members get versions, organisations their founders and plans; invitations that name nobody end', async () => {
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

  await migrated(root('services/identity/migrations'));
  const { rows: organisations } = await client.query('select org_id, founded_by, plan from organisations');
  expect(organisations).toEqual([{ org_id: org, founded_by: first, plan: 'pro' }]);
  const { rows: members } = await client.query('select distinct version from members');
  expect(members).toHaveLength(2);
  expect((await client.query('select 1 from invitations')).rows).toEqual([]);
  const forced = await client.query(
    "select relname from pg_class where relnamespace = 'identity'::regnamespace and relrowsecurity and not relforcerowsecurity",
  );
  expect(forced.rows).toEqual([]);
});
