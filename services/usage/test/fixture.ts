import { join } from 'node:path';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { migrate } from '@tidegate/database/migrate';
import { Tenants } from '@tidegate/database/tenants';
import { operationHandlers } from '@tidegate/messaging/handler';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import pg from 'pg';
import { saveAccount } from '../src/accounts/account.rows.ts';
import { UsageWriter } from '../src/ingestion/usage-writer.ts';
import { nameMeters, saveMeters } from '../src/meters/meter.rows.ts';
import { startNats, startPostgres, type TestServer } from './servers.ts';

const root = (path: string) => join(__dirname, '../../..', path);

/* One server per test file, begun when it is first needed; whatever is still open ends before it. */
let postgres: Promise<TestServer> | undefined;
let nats: Promise<TestServer> | undefined;
const open = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...open].map((close) => close()));
  await (await nats)?.stop();
  await (await postgres)?.stop();
});
function closing(close: () => Promise<unknown>): () => Promise<void> {
  const once = async () => {
    if (open.delete(once)) await close();
  };
  open.add(once);
  return once;
}

/** The usage schema in a database of its own, with the meters `calls` and `mails`. */
export async function openUsage() {
  postgres ??= startPostgres();
  const { port } = await postgres;
  const name = `u${newId().replaceAll('-', '')}`;
  const asAdmin = async <T>(work: (client: pg.Client) => Promise<T>, database = name): Promise<T> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'admin', database });
    await client.connect();
    return work(client).finally(() => client.end());
  };
  await asAdmin((client) => client.query(`create database ${name}`), 'postgres');
  const folders = ['libs/database/migrations', 'libs/messaging/migrations', 'services/usage/migrations'].map(root);
  await migrate({ host: '127.0.0.1', port, user: 'admin', database: name }, [
    { schema: 'usage', role: name, password: 'x', folders },
  ]);
  const login = { host: '127.0.0.1', port, database: name, user: name, password: 'x' };
  const dataSource = await connectDatabase({ ...login, schema: 'usage' });
  const tenants = new Tenants(dataSource);
  const outbox = new Outbox('usage', () => {});
  const meters = ['calls', 'mails'].map((key) => ({ key, name: key, unit: '', description: '' }));
  await tenants.as({}, (tx) => saveMeters(tx, meters));
  return {
    tenants,
    outbox,
    asAdmin,
    writer: () => new UsageWriter(tenants, outbox),
    /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
    call: async <Op extends Operation>(handler: object, operation: Op, input: unknown, orgId: string) => {
      const found = operationHandlers(handler).find((one) => one.operation === operation);
      if (!found) throw new Error(`No handler of ${operation.name} here.`);
      const caller = { kind: 'user' as const, orgId, scopes: [operation.scope] };
      return (await new OperationRunner(tenants, outbox).run(found, {
        caller,
        input,
        deadline: Date.now() + 60_000,
      })) as Output<Op>;
    },
    /** As a restart of Postgres would: every connection of the service breaks. */
    killConnections: () =>
      asAdmin((client) =>
        client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [name]),
      ),
    nameMeter: (meter: string) => tenants.as({}, (tx) => nameMeters(tx, [meter])),
    saveAccount: (snapshot: Entitlements) => tenants.run(snapshot.orgId, (tx) => saveAccount(tx, snapshot)),
    close: closing(() => dataSource.destroy()),
  };
}
export type Fixture = Awaited<ReturnType<typeof openUsage>>;

/** A connection as the service has it, to a nats-server with our streams. */
export async function openStream() {
  nats ??= startNats();
  const { port } = await nats;
  const nc = await connectNats({ servers: [`127.0.0.1:${port}`], user: 'usage', password: '' }, 'test');
  await ensureStreams(nc);
  closing(() => nc.close());
  return nc;
}
