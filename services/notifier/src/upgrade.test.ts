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
  migrate({ ...superuser(), database }, [{ schema: 'notifier', role, password: 'x', folders: [...LIBRARIES, folder] }]);

beforeAll(async () => {
  server = await runPostgres();
  await run(`create database ${database}`);
  const all = root('services/notifier/migrations');
  for (const name of readdirSync(all)) if (name < '0003') cpSync(join(all, name), join(before, name));
  await migrated(before);
  client = new pg.Client({ ...superuser(), database });
  await client.connect();
  await client.query('set search_path = notifier');
});
afterAll(async () => {
  await client.end();
  await run(`drop database ${database}`, `drop role ${role}`);
  rmSync(before, { recursive: true, force: true });
});

test('what waits for webhooks is shared out; what waits for addresses that were never asked ends', async () => {
  const [org, hook, mail] = [newId(), newId(), newId()];
  await client.query(
    `insert into channels (org_id, id, kind, name, target, events, secret)
     values ($1, $2, 'webhook', 'x', 'https://hooks.example.com:8443/a?token=b', '{}', 'sealed'),
            ($1, $3, 'email', 'x', 'ops@example.com', '{}', null)`,
    [org, hook, mail],
  );
  for (const channel of [hook, mail]) {
    await client.query(
      `insert into deliveries (org_id, id, channel_id, event, body, next_attempt_at)
       values ($1, $2, $2, 'trade.closed', '{}', now())`,
      [org, channel],
    );
    await client.query('insert into delivery_queue (delivery_id, org_id, due_at) values ($1, $2, now())', [
      channel,
      org,
    ]);
  }
  await migrated(root('services/notifier/migrations'));
  const { rows: queue } = await client.query('select delivery_id, owner_id, channel_id, receiver from delivery_queue');
  expect(queue).toEqual([{ delivery_id: hook, owner_id: org, channel_id: hook, receiver: 'hooks.example.com:8443' }]);
  const { rows: states } = await client.query('select id, state from deliveries order by state');
  expect(states).toEqual([
    { id: mail, state: 'cancelled' },
    { id: hook, state: 'pending' },
  ]);
  const forced = await client.query(
    "select relname from pg_class where relnamespace = 'notifier'::regnamespace and relrowsecurity and not relforcerowsecurity",
  );
  expect(forced.rows).toEqual([]);
});
