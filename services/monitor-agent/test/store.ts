import { fileURLToPath } from 'node:url';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { connectDatabase } from '@tidegate/database/data-source';
import { migrate } from '@tidegate/database/migrate';
import { ensureDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { testDatabase } from '@tidegate/testing/database';
import { Vault } from '@tidegate/vault/vault';
import type pg from 'pg';
import { SAMPLE_TABLES } from '../src/retention/retention.rows.ts';
import { KeptSums } from '../src/series/kept-sums.ts';
import { type Binaries, connect, EMBEDDED, PostgresServer, runStatements } from './postgres-server.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What wakes the loops of one process. */
export function localWakes() {
  const loops = new Map<string, Set<() => void>>();
  return {
    connected: true,
    on: (loop: string, rouse: () => void) => void loops.set(loop, (loops.get(loop) ?? new Set()).add(rouse)),
    wake: (loop: string) => {
      for (const rouse of loops.get(loop) ?? []) rouse();
    },
  };
}

export const vault = new Vault(() => [Buffer.alloc(32, 7).toString('base64')]);

const SCHEMA = 'monitor_agent';
const MIGRATIONS = ['libs/database', 'libs/messaging', 'libs/vault', 'libs/entitlements', 'services/monitor-agent'].map(
  (one) => folder(`../../../${one}/migrations`),
);

/** A database of the run's PostgreSQL, or of a server of its own where another version has to hold the service's data. */
async function database(binaries: Binaries) {
  if (binaries === EMBEDDED) return testDatabase({ schema: SCHEMA, folders: MIGRATIONS });
  const server = await PostgresServer.start(binaries);
  const { host, port, user, password } = server;
  const admin = { host, port, user, password, database: 'postgres' };
  const role = { user: 'monitor_agent', password: 'm' };
  await migrate(admin, [{ schema: SCHEMA, role: role.user, password: role.password, folders: MIGRATIONS }]);
  return { admin, login: { host, port, database: 'postgres', ...role, schema: SCHEMA }, drop: () => server.stop() };
}

export interface StoreOptions {
  binaries?: Binaries;
  /** How far back there are days for samples. */
  daysBack?: number;
}

/** The service's own database, migrated, with the service's role as the service has it. */
export async function openStore({ binaries = EMBEDDED, daysBack = 1 }: StoreOptions = {}) {
  const { admin, login, drop } = await database(binaries);
  const dataSource = await connectDatabase(login);
  const superuser = await connect(admin);
  const more: pg.Client[] = [];
  const server = {
    host: admin.host,
    port: admin.port,
    /** Statements of the superuser, apart by `;` at the end of a line; answers the rows of the last one. */
    sql: <Row extends pg.QueryResultRow>(text: string) => runStatements<Row>(superuser, text),
    /** A session of the superuser, closed with the store. */
    client: async () => {
      const client = await connect(admin);
      more.push(client);
      return client;
    },
  };
  const tenants = new TenantDatabase(dataSource);
  const outbox = new Outbox('monitor-agent', () => {});
  await vault.prepare(tenants);
  for (const table of SAMPLE_TABLES)
    await tenants.system('partitions', (tx) => ensureDays(tx, table, { back: daysBack, ahead: 1 }));
  return {
    server,
    wakes: localWakes(),
    tenants,
    outbox,
    /** Of one process: what tests read once they read again. */
    kept: new KeptSums(),
    /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
    call: async <Op extends Operation>(handler: object, operation: Op, input: unknown, orgId: string) => {
      const found = operationHandlers(handler).find((one) => one.operation === operation);
      if (!found) throw new Error(`No handler of ${operation.name} here.`);
      const caller = { kind: 'user' as const, orgId, scopes: [operation.scope] };
      return (await new OperationRunner(tenants, outbox).run(found, {
        caller,
        input,
        deadline: performance.now() + 60_000,
      })) as Output<Op>;
    },
    /** Events and uses that were emitted, oldest first. */
    emitted: async (prefix: string) => {
      const rows = await server.sql<{ subject: string; body: string }>(
        `select subject, body from monitor_agent.outbox where subject like '${prefix}%' order by id`,
      );
      return rows.map(({ subject, body }) => ({ subject, body: JSON.parse(body) as Record<string, unknown> }));
    },
    /** Everything that is stored anywhere, as text. */
    dump: async () => {
      const tables = await server.sql<{ name: string }>(
        `select c.oid::regclass::text as name from pg_class c where relnamespace = 'monitor_agent'::regnamespace
          and relkind = 'r'`,
      );
      const texts: string[] = [];
      for (const { name } of tables) {
        const rows = await server.sql<{ text: string }>(`select t::text as text from ${name} t`);
        for (const { text } of rows) texts.push(text);
      }
      return texts.join('\n');
    },
    /** No collector goes on with any server. */
    releaseServers: () => server.sql('delete from monitor_agent.server_leases'),
    close: async () => {
      await Promise.all([dataSource.destroy(), superuser.end(), ...more.map((client) => client.end())]);
      await drop();
    },
  };
}

export type Store = Awaited<ReturnType<typeof openStore>>;
