import { keptReading } from '@tidegate/telemetry/kept-reading';
import { endAll, Metrics } from '@tidegate/telemetry/metrics';
import type { TenantDatabase } from './tenant-database.ts';

/** The size of a database is the sum of its files, which takes a while where there are many. */
const KEEP_MS = 60_000;

const FIGURES = `
  select s.numbackends as connections, current_setting('max_connections')::int as max_connections, s.deadlocks::int,
         pg_database_size(d.oid)::float8 as bytes, age(d.datfrozenxid)::int as transaction_ids
    from pg_stat_database s join pg_database d on d.oid = s.datid where d.datname = current_database()`;

interface Figures {
  connections: number;
  max_connections: number;
  deadlocks: number;
  bytes: number;
  transaction_ids: number;
}

/** What every role may see of the server. Once for each installation. Returns how to end it. */
export function measureServer(tenants: TenantDatabase): () => void {
  const metrics = new Metrics();
  const figures = keptReading(() => tenants.reader({}).one<Figures>(FIGURES), KEEP_MS);
  const watch = (name: string, help: string, column: keyof Figures) =>
    metrics.watched(name, help, {}, async () => (await figures())?.[column]);
  const ends = [
    watch('tidegate_postgres_connections', 'Connections to the database, of everybody', 'connections'),
    watch('tidegate_postgres_connections_limit', 'Connections that PostgreSQL allows', 'max_connections'),
    watch('tidegate_postgres_database_bytes', 'Size of the database', 'bytes'),
    watch('tidegate_postgres_deadlocks', 'Deadlocks since the statistics were reset', 'deadlocks'),
    watch('tidegate_postgres_transaction_ids', 'Age of the oldest transaction id', 'transaction_ids'),
  ];
  return endAll(ends);
}
