import { newId } from '@tidegate/database/ids';
import { ensureDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { insertSample } from '@tidegate/monitor-agent/kernel/storage/sample.rows';
import { CompactSamples } from '@tidegate/monitor-agent/series/compact-samples.loop';
import { STATEMENT_SAMPLES } from '@tidegate/monitor-agent/statements/statement.rows';
import { Log } from '@tidegate/telemetry/log';
import { type BenchDatabase, benchDatabase } from './servers.ts';
import { KNOWN, StatementLoad } from './statement-load.ts';

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const LANES = 2;

/** A server of which all statements are known, in a database that has the service's schema. */
export interface FilledServer {
  tenants: TenantDatabase;
  orgId: string;
  serverId: string;
  load: StatementLoad;
}

export interface WatchedServer extends FilledServer {
  database: BenchDatabase;
}

/** The service's schema with one server, of which all statements are known. */
export async function watchedServer(): Promise<WatchedServer> {
  const database = await benchDatabase([
    'libs/vault/migrations',
    'libs/entitlements/migrations',
    'services/monitor-agent/migrations',
  ]);
  const server = await insertServer(new TenantDatabase(database.dataSource), newId());
  await server.tenants.run(server.orgId, (tx) =>
    tx.query('insert into server_leases (server_id, org_id) values ($2, $1)', [server.orgId, server.serverId]),
  );
  return { database, ...server };
}

/** A server that nobody collects from. */
export async function insertServer(tenants: TenantDatabase, orgId: string): Promise<FilledServer> {
  const serverId = newId();
  await tenants.run(orgId, async (tx) => {
    await tx.query(
      `insert into servers (org_id, id, name, host, port, database_name, user_name, password, tls_mode)
       values ($1, $2, 'bench', 'bench', 5432, 'bench', 'bench', '', 'disable')`,
      [orgId, serverId],
    );
    await tx.query(
      `insert into statements (org_id, server_id, statement_id, database_oid, role_oid, query_id, toplevel, database_name, role_name, text)
       overriding system value
       select $1, $2, n, 5, 10, n, true, 'shop', 'app', 'select ' || repeat('column, ', 20 + n % 40) || n
         from generate_series(1, $3::int) n`,
      [orgId, serverId, KNOWN],
    );
  });
  return { tenants, orgId, serverId, load: new StatementLoad(1) };
}

/** Minutes from `from` to `to`, written as the collector writes them; answers how many figures of statements. */
export async function writeMinutes(
  { tenants, orgId, serverId, load }: WatchedServer,
  from: number,
  to: number,
): Promise<number> {
  const back = Math.ceil((Date.now() - from) / DAY_MS);
  await tenants.system('partitions', (tx) => ensureDays(tx, STATEMENT_SAMPLES.table, { back, ahead: 1 }));
  const hours = Array.from({ length: Math.ceil((to - from) / HOUR_MS) }, (_, hour) => from + hour * HOUR_MS);
  let points = 0;
  const lane = async () => {
    for (let hour = hours.shift(); hour !== undefined; hour = hours.shift()) {
      const begin = hour;
      await tenants.run(orgId, async (tx) => {
        for (let at = begin; at < Math.min(to, begin + HOUR_MS); at += MINUTE_MS) {
          // A collector takes a snapshot when it gets to it, a few hundred milliseconds after the minute.
          const late = Math.floor(Math.random() * 300);
          const { ids, counters } = load.minute(new Date(at));
          points += ids.length;
          const deltas = ids.map((id, index) => ({ id, partial: false, counters: counters[index] ?? [] }));
          const spanUs = 60_000_000 + Math.floor((Math.random() - 0.5) * 600_000);
          const takenAt = new Date(at + late);
          await insertSample(tx, STATEMENT_SAMPLES, { serverId, takenAt, spanUs, extra: [false, false, 0, 0], deltas });
        }
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return points;
}

/** Everything that is due at that time, as the service's loop does it. */
export async function compactUntil({ tenants }: WatchedServer, now: number): Promise<void> {
  const loop = new CompactSamples(tenants, new Log());
  loop.now = () => now;
  const signal = new AbortController().signal;
  while ((await loop.turn({ signal })) === 'again');
}
