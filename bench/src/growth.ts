import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { TurnIdentities } from '@tidegate/usage/ingestion/turn-identities.loop';
import { UsageWriter } from '@tidegate/usage/ingestion/usage-writer';
import { WatchedUsage } from '@tidegate/usage/kernel/watched-usage';
import pg from 'pg';
import { prepareUsage } from './ingest-database.ts';
import type { Result } from './main.ts';
import { familyMs } from './process-cpu.ts';
import { benchDatabase } from './servers.ts';

const ORGANISATIONS = 10_000;
const STEP = 500_000;
const BATCH = 2_000;
const CONNECTIONS = 3;
const DAYS = 30;
/** How often the service looks whether a generation of identities is full. */
const TURN_MS = 2_000;
const DAY_MS = 86_400_000;

/**
 * What an event costs when there are millions already: CPU of PostgreSQL and of the writer, batch by batch as ingestion writes
 * them, the events of a month one after the other. `npm run -s bench -- growth [MILLIONS]`: 3 without a number.
 */
export async function growth([millions = '3']: string[]): Promise<Result> {
  const total = Number(millions) * 1_000_000;
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const orgs = Array.from({ length: ORGANISATIONS }, () => newId());
  await prepareUsage(database, orgs, DAYS + 1);
  const tenants = new TenantDatabase(database.dataSource);
  const writer = new UsageWriter(tenants, new Outbox('usage', () => {}), new WatchedUsage({ live: () => {} } as never));
  const turning = new TurnIdentities(tenants, writer);
  const begin = Date.now() - DAYS * DAY_MS;
  process.stdout.write('million events  events/s  PostgreSQL µs/event  writer µs/event  MB on disk\n');
  const costs: number[] = [];
  for (let done = 0; done < total; ) {
    const before = { server: familyMs(database.pid), own: process.cpuUsage(), at: performance.now() };
    let next = done;
    const end = Math.min(done + STEP, total);
    const lane = async () => {
      while (next < end) {
        const first = next;
        next += BATCH;
        const events = Array.from({ length: BATCH }, (_, n) =>
          newEvent(orgs, begin + ((first + n) / total) * DAYS * DAY_MS),
        );
        const { accepted } = await writer.writeBatch(events);
        if (accepted !== BATCH) throw new Error(`${accepted} were counted of ${BATCH}.`);
      }
    };
    const turns = async () => {
      for (; next < end; await setTimeout(TURN_MS)) await turning.turn();
    };
    const lanes = Promise.all(Array.from({ length: CONNECTIONS }, lane)).then(() => performance.now() - before.at);
    const [tookMs] = await Promise.all([lanes, turns()]);
    const own = process.cpuUsage(before.own);
    const count = end - done;
    const server = ((familyMs(database.pid) - before.server) * 1_000) / count;
    const each = (own.user + own.system) / count;
    costs.push(server + each);
    done = end;
    const rate = count / (tookMs / 1_000);
    const cells = [
      (done / 1e6).toFixed(1),
      rate.toFixed(0),
      server.toFixed(1),
      each.toFixed(1),
      await size(database.admin),
    ];
    process.stdout.write(`${cells.map((cell, i) => String(cell).padEnd([16, 10, 21, 17, 0][i] ?? 0)).join('')}\n`);
  }
  await database.stop();
  // From the first million on: before, everything is in memory and hardly anything is there to be found.
  const [first = 1, last = 1] = [costs[1], costs.at(-1)];
  return {
    name: 'growth',
    value: Number(last.toFixed(1)),
    unit: `µs of CPU an event at ${millions} million`,
    ratio: Number((last / first).toFixed(2)),
    against: 'an event of the first million',
  };
}

function newEvent(orgs: readonly string[], at: number): UsageEvent {
  const org = orgs[Math.floor(Math.random() * orgs.length)] as string;
  return { id: randomUUID(), org, meter: 'calls', quantity: 1, at: new Date(at).toISOString(), source: 'bench' };
}

async function size(server: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(server);
  await client.connect();
  const { rows } = await client.query<{ mb: string }>(
    "select round(sum(pg_total_relation_size(c.oid)) / 1e6) as mb from pg_class c where relkind = 'r' and relname like 'usage%'",
  );
  await client.end();
  return rows[0]?.mb ?? '';
}
