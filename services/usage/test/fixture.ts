import { join } from 'node:path';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { operationHandlers } from '@tidegate/messaging/handler';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import type { RunningNats } from '@tidegate/runtime/embedded/nats-server';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import { startTestNats } from '@tidegate/testing/nats';
import pg from 'pg';
import { StoreEntitlements } from '../src/balances/store-entitlements.ts';
import { keepSnapshot } from '../src/entitlements/keep-snapshot.ts';
import { UsageWriter } from '../src/ingestion/usage-writer.ts';
import { WatchedUsage } from '../src/kernel/watched-usage.ts';
import { Lend } from '../src/leases/lend.ts';
import { nameMeters, saveMeters } from '../src/meters/meter.rows.ts';

const root = (path: string) => join(__dirname, '../../..', path);

/* One nats-server per test file, begun when it is first needed. */
let nats: Promise<RunningNats> | undefined;
/** The usage schema in a database of its own, with the meters `calls` and `mails`. */
export async function openUsage() {
  const folders = ['libs/database/migrations', 'libs/messaging/migrations', 'services/usage/migrations'].map(root);
  const database = await testDatabase({ schema: 'usage', folders });
  const asAdmin = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(database.admin);
    await client.connect();
    return work(client).finally(() => client.end());
  };
  const dataSource = await connectDatabase(database.login);
  const tenants = new TenantDatabase(dataSource);
  const outbox = new Outbox('usage', () => {});
  const meters = ['calls', 'mails'].map((key) => described(key));
  await tenants.as({}, (tx) => saveMeters(tx, meters));
  return {
    tenants,
    outbox,
    asAdmin,
    writer: () => new UsageWriter(tenants, outbox, new WatchedUsage({ live: () => {} } as never)),
    /** Snapshots are stored in tests, so nobody asks billing over the bus. */
    lend: () => new Lend(tenants, undefined as never),
    /** Runs an operation as it runs in the service: checked, in its transaction, with the caller's organisation. */
    call: async <Op extends Operation>(
      handler: object,
      operation: Op,
      input: unknown,
      orgId: string,
      kind: 'user' | 'service' | 'service_key' | 'api_key' = 'user',
      more: Partial<Caller> = {},
    ) => {
      const found = operationHandlers(handler).find((one) => one.operation === operation);
      if (!found) throw new Error(`No handler of ${operation.name} here.`);
      const own = { kind, orgId, scopes: [operation.scope], ...(kind === 'service_key' ? { keyId: 'k' } : {}) };
      const caller = { ...own, ...more };
      return (await new OperationRunner(tenants, outbox).run(found, {
        caller,
        input,
        deadline: performance.now() + 60_000,
      })) as Output<Op>;
    },
    /** As a restart of Postgres would: every connection of the service breaks. */
    killConnections: () =>
      asAdmin((client) =>
        client.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = $1',
          [database.login.user],
        ),
      ),
    nameMeter: (meter: string) => tenants.as({}, (tx) => nameMeters(tx, [meter])),
    storeSnapshot: (snapshot: Entitlements) => tenants.run(snapshot.orgId, (tx) => keepSnapshot(tx, snapshot)),
    /** The snapshot comes as billing's event. */
    arrive: async (data: Entitlements) => {
      const store = new StoreEntitlements({ wake: () => undefined } as never);
      await tenants.run(data.orgId, (tx) => store.handle({ data, tx, emit: outbox.emitter(tx) } as never));
      return data.orgId;
    },
    close: closing(() => dataSource.destroy().then(database.drop)),
  };
}
export type Fixture = Awaited<ReturnType<typeof openUsage>>;

/** A connection as the service has it, to a nats-server with our streams. */
export async function openStream() {
  nats ??= startTestNats().then((server) => {
    closing(() => {
      nats = undefined;
      return server.stop();
    });
    return server;
  });
  const { url } = await nats;
  const nc = await connectNats({ servers: [url], user: 'usage', password: '' }, 'test');
  await ensureStreams(nc);
  closing(() => nc.close());
  return nc;
}

/** A meter as the catalogue describes it; by default whole units are added up. */
export function described(key: string, given: Partial<MeterDefinition> = {}) {
  const meter: MeterDefinition = { aggregate: 'sum', decimals: 0, groupBy: [], value: null, ...given };
  return { key, name: key, unit: '', description: '', meter };
}
