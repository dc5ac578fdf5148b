import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { service as billing } from '@tidegate/billing/billing.service';
import { connectNats } from '@tidegate/messaging/nats';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { migrateAll } from '@tidegate/runtime/migrate';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS, ensureSecrets, variablePrefix } from '@tidegate/runtime/secrets-file';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { closing } from '@tidegate/testing/closing';
import { alone, runPostgres } from '@tidegate/testing/test-run';
import { service as usage } from '@tidegate/usage/usage.service';
import pg from 'pg';
import { catalogue } from './catalogue.ts';

export const WEBHOOK_SECRET = 'whsec_of_the_histories';
/** Real time cannot reach it: nothing happens by the machine's clock. */
export const BEGIN = Date.parse('2027-01-10T09:00:00Z');

export interface Template {
  settings: Settings;
  env: NodeJS.ProcessEnv;
  database: string;
  natsUrl: string;
}

/* The schemas are migrated once, and every world has a copy. */
let prepared: Promise<Template> | undefined;
export const template = (): Promise<Template> => {
  prepared ??= prepare();
  return prepared;
};

export async function administer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Worlds follow each other on one bus. */
export async function emptyStreams(settings: Settings): Promise<void> {
  const nc = await connectNats({ servers: settings.nats.servers, ...settings.nats.users.platform }, 'histories');
  const { streams } = await jetstreamManager(nc, { checkAPI: false });
  for (const name of ['EVENTS', 'USAGE']) await streams.purge(name);
  await nc.close();
}

const PASSWORD = 'the password of every test';

/** A database whose sessions have a clock of their own: the schema's functions come before PostgreSQL's. */
async function prepare(): Promise<Template> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-histories-'));
  const secrets = ensureSecrets(dataDir);
  const users = Object.fromEntries(
    BUS_MEMBERS.map((name) => [name, { user: name, password: secrets[`NATS_${variablePrefix(name)}_PASSWORD`] }]),
  ) as Settings['nats']['users'];
  const [server, nats] = [
    await runPostgres(),
    await startNats({
      dir: join(dataDir, 'nats'),
      authorization: natsAuthorization(users),
      toolsDir: join(process.cwd(), '.data', 'tools'),
    }),
  ];
  closing(async () => {
    prepared = undefined;
    await nats.stop();
  });
  const database = `histories_template_${randomBytes(6).toString('hex')}`;
  await administer(server.url, `create database ${database}`);
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const plans = join(dataDir, 'plans.yaml');
  writeFileSync(plans, catalogue(0));
  const env: NodeJS.ProcessEnv = {
    DATA_DIR: dataDir,
    DATABASE_URL: url.href,
    NATS_URL: nats.url,
    TIDEGATE_EMBEDDED: 'true',
    BILLING_DATABASE_PASSWORD: PASSWORD,
    USAGE_DATABASE_PASSWORD: PASSWORD,
    PLANS_FILE: plans,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
  const settings = loadSettings(env, ['host', 'migrate', 'operate']);
  await alone('databases', () => migrateAll(settings, [billing, usage]));
  for (const schema of ['billing', 'usage']) await administer(url.href, ...clockOf(schema));
  const roles = Object.fromEntries(
    Object.entries(settings.database.roles).map(([name, login]) => [
      name,
      name === 'billing' || name === 'usage' ? { ...login, schema: `${name},pg_catalog` } : login,
    ]),
  ) as Settings['database']['roles'];
  const limits = { ...settings.nats.limits, outboxLeaseSeconds: 2 };
  return {
    settings: { ...settings, database: { ...settings.database, roles }, nats: { ...settings.nats, limits } },
    env,
    database,
    natsUrl: nats.url,
  };
}

const clockOf = (schema: string): string[] => [
  `set search_path = ${schema}, pg_catalog`,
  'create table test_clock (at timestamptz not null)',
  "insert into test_clock values ('2027-01-10T09:00:00Z')",
  'grant select on test_clock to public',
  ...['now', 'clock_timestamp'].map(
    (name) =>
      `create function ${name}() returns timestamptz language sql stable as 'select at from ${schema}.test_clock'`,
  ),
  `do $$
   declare one record;
   begin
     for one in select c.table_name, c.column_name, c.column_default from information_schema.columns c
                 where c.table_schema = '${schema}' and c.column_default ~ '(now|clock_timestamp)\\(\\)' loop
       execute format('alter table %I alter column %I set default %s', one.table_name, one.column_name, replace(one.column_default, 'pg_catalog.', ''));
     end loop;
     for one in select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                 where n.nspname = '${schema}' and exists (select 1 from unnest(p.proconfig) c where c like 'search_path=%') loop
       execute format('alter function %s set search_path = ${schema}, pg_catalog', one.name);
     end loop;
   end $$`,
];
