/*
 * One process of the exactly-once test: a publisher whose state change and event are one transaction, or a replica of
 * a consumer. Built from the real outbox, relay, inbox and consumer.
 */
import { fileURLToPath } from 'node:url';
import { event } from '@tidegate/contracts/kernel/event';
import { connectDatabase } from '@tidegate/database/data-source';
import { migrate } from '@tidegate/database/migrate';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { EventConsumer } from '@tidegate/messaging/consumer';
import { isOutage } from '@tidegate/messaging/errors';
import type { EventContext } from '@tidegate/messaging/handler';
import { Inbox } from '@tidegate/messaging/inbox';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { Outbox } from '@tidegate/messaging/outbox';
import { Relay } from '@tidegate/messaging/relay';
import { Log } from '@tidegate/telemetry/log';
import pg from 'pg';
import { z } from 'zod';

const stepped = event({
  service: 'identity',
  name: 'counter.stepped.v1',
  summary: 'A counter of the chaos test went up by one',
  data: z.object({ counter: z.string(), number: z.int() }),
  aggregate: (data) => data.counter,
});

const [role = ''] = process.argv.slice(2);
const login = { host: '127.0.0.1', port: Number(process.env['PG_PORT']) };
const nats = { servers: [`nats://127.0.0.1:${process.env['NATS_PORT']}`], user: role, password: '' };
const log = new Log({ role });

async function prepare(): Promise<void> {
  const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const folders = [folder('../../database/migrations'), folder('../../messaging/migrations')];
  const plan = (schema: string) => ({ schema, role: schema, password: 'chaos', folders });
  const admin = { ...login, user: 'postgres', password: 'chaos', database: 'postgres' };
  await migrate(admin, [plan('identity'), plan('monitor_agent')]);
  const client = new pg.Client(admin);
  await client.connect();
  await client.query(`
    create table identity.counters (name text primary key, number int not null);
    create table monitor_agent.effects (position bigint generated always as identity, aggregate text, number int);
    grant select, insert, update on identity.counters to identity;
    grant select, insert on monitor_agent.effects to monitor_agent;`);
  await client.end();
  const nc = await connectNats(nats, role);
  await ensureStreams(nc);
  await nc.close();
}

async function tenantsOf(schema: string): Promise<TenantDatabase> {
  return new TenantDatabase(
    await connectDatabase({ ...login, database: 'postgres', user: schema, password: 'chaos', schema }),
  );
}

/** Steps its counters in turn until each is at its goal. What is done is in the database, so a kill loses nothing. */
async function publish(): Promise<void> {
  const tenants = await tenantsOf('identity');
  const nc = await connectNats(nats, role);
  const relay = new Relay({ service: 'identity', tenants, nc, log });
  const outbox = new Outbox('identity', () => relay.wake());
  relay.start();
  const counters = Number(process.env['AGGREGATES']);
  const goal = Number(process.env['EVENTS']) / counters;
  const step = (counter: string) =>
    tenants.as({}, async (tx) => {
      const row = await tx.one<{ number: number }>(
        `insert into counters as c (name, number) values ($1, 1) on conflict (name) do update set number = c.number + 1
           where c.number < $2 returning number`,
        [counter, goal],
      );
      if (row) await outbox.emit(tx, stepped, { counter, number: row.number });
      return row !== undefined;
    });
  const run = async (index: number) => {
    while (await again(() => step(`${role}/${index}`)));
  };
  await Promise.all(Array.from({ length: counters }, (_, index) => run(index)));
  await again(async () => {
    const row = await tenants.as({}, (tx) => tx.one('select 1 from outbox limit 1'));
    if (row) throw Object.assign(new Error('not sent yet'), { code: 'ECONNRESET' });
    return false;
  });
  process.exit(0);
}

/** Repeats while the servers are away. A commit whose answer was lost may have happened; the counter knows. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function consume(): Promise<void> {
  const tenants = await tenantsOf('monitor_agent');
  const nc = await connectNats(nats, role);
  const handler = {
    event: stepped,
    run: async ({ data, tx }: EventContext<typeof stepped>) => {
      await tx.query('insert into effects (aggregate, number) values ($1, $2)', [data.counter, data.number]);
    },
  };
  const inbox = new Inbox({
    consumer: 'monitor-agent-from-identity',
    handlers: [handler as never],
    tenants,
    outbox: new Outbox('monitor-agent', () => {}),
  });
  const consumer = new EventConsumer({ service: 'monitor-agent', source: 'identity', nc, inbox, log });
  await again(() => consumer.start());
}

try {
  if (role === 'prepare') await prepare();
  else await (role.startsWith('publisher') ? publish() : consume());
} catch (error) {
  // The orchestrator starts us again; only what is not an outage is worth a line.
  if (!isOutage(error)) process.stderr.write(`${role}: ${(error as Error).stack}\n`);
  process.exit(1);
}
if (role === 'prepare') process.exit(0);
