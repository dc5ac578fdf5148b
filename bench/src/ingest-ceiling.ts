import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { eventKey } from '@tidegate/usage/kernel/event-identity';
import pg from 'pg';
import { familyMs } from './process-cpu.ts';
import type { BenchDatabase } from './servers.ts';

const BATCH = 2_000;
const CONNECTIONS = 3;

/*
 * What can be reached: the statement that somebody would write by hand who needs nothing but exact sums. It claims
 * identities, stores what is new and adds it to hours and months, by arrays, prepared, sorted, as superuser and so without
 * row-level security, on the same tables and with the same durability as ours. Its parameters are made before the clock
 * starts: nothing is read, parsed, checked or hashed.
 */
const statement = (schema: string): string => `
with input as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[],
                       $8::timestamptz[]) as t(org_id, key, meter, quantity, at, source, id, period_start)
), claimed as (
  insert into ${schema}.usage_identities (org_id, key, digest, seen, at, generation)
  select org_id, key, 0, current_date, at, (select max(generation) from ${schema}.usage_identity_generations)
    from input on conflict do nothing returning org_id, key
), fresh as materialized (
  select i.* from input i join claimed c using (org_id, key)
), stored as (
  insert into ${schema}.usage_events (org_id, at, meter, quantity, source, id)
  select org_id, at, meter, quantity, source, id from fresh
), hours as (
  insert into ${schema}.usage_hours as h (org_id, meter, hour, quantity, events)
  select org_id, meter, date_trunc('hour', at, 'UTC'), sum(quantity)::bigint, count(*)
    from fresh group by 1, 2, 3 order by 1, 2, 3
  on conflict (org_id, meter, hour) do update
    set quantity = h.quantity + excluded.quantity, events = h.events + excluded.events
)
insert into ${schema}.usage_balances as b (org_id, meter, period_start, used)
select org_id, meter, period_start, sum(quantity)::bigint from fresh group by 1, 2, 3 order by 1, 2, 3
on conflict (org_id, meter, period_start) do update set used = b.used + excluded.used`;

export interface Measured {
  /** Events a second, repetitions included. */
  rate: number;
  /** Microseconds of CPU an event, by process. */
  cpu: readonly number[];
}

/** The CPU is that of PostgreSQL and of the client. */
export async function ceiling(
  { admin, pid }: BenchDatabase,
  schema: string,
  events: readonly UsageEvent[],
): Promise<Measured> {
  const batches: string[][] = [];
  for (let at = 0; at < events.length; at += BATCH) batches.push(parameters(events.slice(at, at + BATCH)));
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client(admin));
  await Promise.all(clients.map((client) => client.connect()));
  const text = statement(schema);
  const before = { server: familyMs(pid), client: process.cpuUsage() };
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let values = batches.shift(); values; values = batches.shift()) {
        await client.query({ name: 'ceiling', text, values });
      }
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  const client = process.cpuUsage(before.client);
  const cpu = [
    ((familyMs(pid) - before.server) * 1_000) / events.length,
    (client.user + client.system) / events.length,
  ];
  await Promise.all(clients.map((one) => one.end()));
  return { rate: events.length / seconds, cpu };
}

function parameters(events: readonly UsageEvent[]): string[] {
  const rows = new Map<string, { event: UsageEvent; key: string }>();
  for (const event of events) {
    const key = eventKey(event.source, event.id);
    rows.set(event.org + key, { event, key });
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const column = (value: (row: { event: UsageEvent; key: string }) => string | number) =>
    `{${sorted.map(value).join(',')}}`;
  return [
    column(({ event }) => event.org),
    column(({ key }) => key),
    column(({ event }) => event.meter),
    column(({ event }) => event.quantity),
    column(({ event }) => event.at),
    column(({ event }) => event.source),
    column(({ event }) => event.id),
    column(({ event }) => `${event.at.slice(0, 7)}-01T00:00:00Z`),
  ];
}
