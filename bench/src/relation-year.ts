import { ensureDays } from '@tidegate/database/partitions';
import { rollUpBackward, rollUpForward } from '@tidegate/monitor-agent/kernel/storage/roll-up';
import { storeRolledRange } from '@tidegate/monitor-agent/kernel/storage/rolled-ranges.rows';
import { insertSample, type SampleTable } from '@tidegate/monitor-agent/kernel/storage/sample.rows';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from '@tidegate/monitor-agent/relations/relation-kinds.rows';
import {
  RELATION_ROLLUPS,
  RELATION_SUMS,
  rollUpRelations,
} from '@tidegate/monitor-agent/relations/relation-rollups.rows';
import { random } from './candles.ts';
import { DAY_MS, type FilledServer } from './statement-days.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DATABASE = 5;
const KINDS = [
  { kind: TABLE_SAMPLES, first: 0, known: 1_000, busy: 100, now: 10 },
  { kind: INDEX_SAMPLES, first: 10_000, known: 3_000, busy: 300, now: 30 },
];
const EDGE_DAYS = 2;

/**
 * A server of 1,000 tables and 3,000 indexes, of which 100 and 300 are used in every minute and ten and thirty others now and
 * then: yesterday and today minute by minute, added up as the service does it; the year before is yesterday's sums again and
 * again, with hours where a range of a year may begin. Samples of then are not read, so they are not there.
 */
export async function fillRelations(server: FilledServer, days: number): Promise<void> {
  const { tenants, orgId, serverId } = server;
  const now = Date.now();
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  for (const { table } of [DATABASE_SAMPLES, TABLE_SAMPLES, INDEX_SAMPLES])
    await tenants.system('partitions', (tx) => ensureDays(tx, table, { back: 1, ahead: 1 }));
  await insertKnown(server);
  const next = random(3);
  for (let hour = today - DAY_MS; hour < now; hour += HOUR_MS)
    await tenants.run(orgId, async (tx) => {
      for (let at = hour; at < Math.min(now, hour + HOUR_MS); at += MINUTE_MS) {
        const sample = { serverId, takenAt: new Date(at), spanUs: 60_000_000 };
        for (const { kind, first, known, busy, now: others } of KINDS) {
          const used = new Set(Array.from({ length: busy }, (_, index) => index + 1));
          for (let n = 0; n < others; n += 1) used.add(1 + busy + Math.floor(next() * (known - busy)));
          await insertSample(tx, kind, { ...sample, deltas: counted(kind, first, used, next), extra: [DATABASE] });
        }
        const deltas = counted(DATABASE_SAMPLES, 0, new Set([DATABASE]), next);
        await insertSample(tx, DATABASE_SAMPLES, { ...sample, deltas });
      }
    });
  await tenants.run(orgId, async (tx) => {
    await storeRolledRange(tx, RELATION_SUMS, serverId, { from: new Date(today), until: new Date(today) });
    while (await rollUpForward(tx, RELATION_SUMS, serverId, now));
    while (await rollUpBackward(tx, RELATION_SUMS, serverId));
    for (const table of RELATION_ROLLUPS) await repeatYesterday(tx, table, server, days);
    for (let month = new Date(today); month.getTime() > today - days * DAY_MS; ) {
      const from = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth()));
      const next = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1);
      await rollUpRelations(tx, serverId, 'month', { from, to: new Date(Math.min(next, today)) });
      month = new Date(from.getTime() - 1);
    }
  });
}

const counted = (kind: SampleTable, first: number, used: ReadonlySet<number>, next: () => number) =>
  [...used]
    .sort((a, b) => a - b)
    .map((n) => ({
      id: first + n,
      partial: false,
      counters: kind.counters.map(() => (next() < 0.3 ? 0 : Math.floor(next() * 5_000))),
    }));

type Run = Parameters<Parameters<FilledServer['tenants']['run']>[1]>[0];

async function repeatYesterday(tx: Run, table: string, { orgId, serverId }: FilledServer, days: number): Promise<void> {
  const columns = await tx.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped`,
  );
  const names = columns.map(({ name }) => name);
  const earlier = names.map((name) => (name === 'begins_at' ? `begins_at - n * interval '24 hours'` : name));
  await tx.query(
    `insert into ${table} (${names.join(', ')})
     select ${earlier.join(', ')} from ${table}, generate_series(1, $3::int) n
      where org_id = $1 and server_id = $2 and begins_at < date_trunc('day', now(), 'UTC')
        and (unit = 'day' or (unit = 'hour' and n > $3 - ${EDGE_DAYS}))
     on conflict do nothing`,
    [orgId, serverId, days],
  );
}

async function insertKnown({ tenants, orgId, serverId }: FilledServer): Promise<void> {
  await tenants.run(orgId, async (tx) => {
    const server = [orgId, serverId];
    await tx.query(
      `insert into databases (org_id, server_id, oid, name, connections, transaction_age, bytes, counters)
       values ($1, $2, ${DATABASE}, 'shop', 10, 1000, 1000000000, '{}')`,
      server,
    );
    await tx.query(
      `insert into tables (org_id, server_id, database_oid, oid, database_name, schema_name, name, kind, live_rows, dead_rows,
         heap_bytes, index_bytes, counters)
       select $1, $2, ${DATABASE}, n, 'shop', 'public', 'table_' || n, 'table', n * 100, n, n * 8192, n * 4096, '{}'
         from generate_series(1, 1000) n`,
      server,
    );
    await tx.query(
      `insert into indexes (org_id, server_id, database_oid, oid, table_oid, database_name, schema_name, table_name, name,
         is_unique, is_primary, is_valid, bytes, counters)
       select $1, $2, ${DATABASE}, 10000 + n, 1 + n % 1000, 'shop', 'public', 'table_' || (1 + n % 1000), 'index_' || n,
              false, false, true, n * 4096, '{}' from generate_series(1, 3000) n`,
      server,
    );
  });
}
