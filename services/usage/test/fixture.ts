import { fileURLToPath, pathToFileURL } from 'node:url';
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

const root = (path: string) => fileURLToPath(new URL(path, pathToFileURL(`${__dirname}/`)));
export async function openUsage() {
  const name = `u${newId().replaceAll('-', '')}`;
  const admin = new pg.Client({ host: '127.0.0.1', port: 54877, user: 'admin', database: 'postgres' });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = `postgres://admin@127.0.0.1:54877/${name}`;
  await migrate({ connectionString: url }, [
    {
      schema: 'usage',
      role: name,
      password: 'x',
      folders: [
        root('../../../libs/database/migrations'),
        root('../../../libs/messaging/migrations'),
        root('../migrations'),
      ],
    },
  ]);
  const dataSource = await connectDatabase({
    host: '127.0.0.1',
    port: 54877,
    database: name,
    user: name,
    password: 'x',
    schema: 'usage',
    poolSize: 16,
  });
  if (process.env['TG_TMP'])
    (
      dataSource.driver as unknown as {
        master: { on(e: string, f: (c: { on(e: string, f: () => void): void }) => void): void };
      }
    ).master.on('connect', (c) => c.on('error', () => {}));
  const asAdmin = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(url);
    await client.connect();
    return work(client).finally(() => client.end());
  };
  const tenants = new Tenants(dataSource);
  const outbox = new Outbox('usage', () => {});
  await tenants.as({}, (tx) =>
    saveMeters(
      tx,
      ['calls', 'mails'].map((key) => ({ key, name: key, unit: '', description: '' })),
    ),
  );
  return {
    tenants,
    outbox,
    writer: () => new UsageWriter(tenants, outbox),
    /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
    call: async <Op extends Operation>(handler: object, operation: Op, input: unknown, orgId: string) => {
      const found = operationHandlers(handler).find((one) => one.operation === operation);
      if (!found) throw new Error(`No handler of ${operation.name} here.`);
      const caller = { kind: 'user' as const, orgId, scopes: [operation.scope] };
      const { signal } = new AbortController();
      return (await new OperationRunner(tenants, outbox).run(found, { caller, input, signal })) as Output<Op>;
    },
    /** As a restart of Postgres would: every connection of the service breaks. */
    killConnections: () =>
      asAdmin((client) =>
        client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [name]),
      ),
    asAdmin,
    nameMeter: (meter: string) => tenants.as({}, (tx) => nameMeters(tx, [meter])),
    close: () => dataSource.destroy(),
    saveAccount: (snapshot: Entitlements) => tenants.run(snapshot.orgId, (tx) => saveAccount(tx, snapshot)),
  };
}
export type Fixture = Awaited<ReturnType<typeof openUsage>>;

/** A connection to a nats-server of its own streams, as the service has it. */
export async function openStream() {
  const nc = await connectNats({ servers: ['127.0.0.1:54888'], user: 'usage', password: '' }, 'test');
  await ensureStreams(nc);
  return nc;
}
