import type { Restriction, Standing } from '@tidegate/contracts/billing/restrictions';
import type { NewServer, Server, ServerState, TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import type { Tx } from '@tidegate/database/tx';
import { describeFailure, type FailureCode } from '../kernel/connection/connection-failure.rules.ts';
import type { Uncollected } from '../kernel/schedule/uncollected.rules.ts';
import { uncollectedChecks } from './report/uncollected.rules.ts';

/** What the collector found when it last connected. */
export interface StoredFacts {
  version: string;
  database: string;
  startedAtUs: number;
  maxConnections: number;
  tablesKnown: number;
  indexesKnown: number;
}

export interface ServerRow {
  id: string;
  name: string;
  host: string;
  port: number;
  database_name: string;
  user_name: string;
  /** Sealed; null: the role logs in by its client certificate alone. */
  password: string | null;
  tls_mode: TlsMode;
  tls_ca: string | null;
  /** Sealed, with its key. */
  client_certificate: string | null;
  certificate_until: Date | null;
  platform: boolean;
  state: ServerState;
  state_since: Date;
  failure_code: FailureCode | null;
  facts: StoredFacts | null;
  report: ServerReport | null;
  /** Queries that stay without an answer. */
  uncollected: Uncollected[];
  restricted: Restriction | null;
  last_collected_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export const SERVER_COLUMNS = `id, name, host, port, database_name, user_name, password, tls_mode, tls_ca, client_certificate,
  certificate_until, platform, state, state_since, failure_code, facts, report, uncollected, restricted, last_collected_at, created_at, updated_at`;

export function toWire(row: ServerRow): Server {
  return {
    id: row.id,
    name: row.name,
    host: row.host,
    port: row.port,
    database: row.database_name,
    user: row.user_name,
    tlsMode: row.tls_mode,
    tlsCa: row.tls_ca,
    tlsCertValidUntil: row.certificate_until?.toISOString() ?? null,
    platform: row.platform,
    state: row.state,
    stateSince: row.state_since.toISOString(),
    restricted: row.restricted,
    failure: row.failure_code ? describeFailure(row.failure_code, whereOf(row)) : null,
    missing: missingOf(row).filter(({ severity }) => severity !== 'info'),
    version: row.facts?.version ?? null,
    lastCollectedAt: row.last_collected_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Checks that failed, and queries that did. */
export const missingOf = (row: ServerRow): ServerCheck[] => [
  ...(row.report?.checks.filter(({ ok }) => !ok) ?? []),
  ...uncollectedChecks(row.uncollected, whereOf(row)),
];

export const whereOf = (row: ServerRow) => ({
  host: row.host,
  port: row.port,
  database: row.database_name,
  user: row.user_name,
});

export type NewServerRow = Pick<NewServer, 'name' | 'host' | 'port' | 'database' | 'user'> & {
  id: string;
  password: string | null;
  tlsMode: TlsMode;
  tlsCa: string | null;
  clientCertificate?: string | null;
  certificateUntil?: Date | null;
  platform: boolean;
};

/** Undefined when another server of the organisation has the name. */
export function insertServer(tx: Tx, server: NewServerRow): Promise<ServerRow | undefined> {
  return tx.one<ServerRow>(
    `insert into servers (org_id, id, name, host, port, database_name, user_name, password, tls_mode, tls_ca, platform,
                          client_certificate, certificate_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (org_id, lower(name)) where removed_at is null do nothing returning ${SERVER_COLUMNS}`,
    [
      tx.orgId,
      server.id,
      server.name,
      server.host,
      server.port,
      server.database,
      server.user,
      server.password,
      server.tlsMode,
      server.tlsCa,
      server.platform,
      server.clientCertificate ?? null,
      server.certificateUntil ?? null,
    ],
  );
}

export function findServer(tx: Tx, serverId: string, lock: '' | 'for update' = ''): Promise<ServerRow | undefined> {
  return tx.one<ServerRow>(
    `select ${SERVER_COLUMNS} from servers where org_id = $1 and id = $2 and removed_at is null ${lock}`,
    [tx.orgId, serverId],
  );
}

export function findPlatformServer(tx: Tx): Promise<ServerRow | undefined> {
  return tx.one<ServerRow>(
    `select ${SERVER_COLUMNS} from servers where org_id = $1 and platform and removed_at is null`,
    [tx.orgId],
  );
}

/** The installation's own database does not count towards the limit. */
export async function countServers(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    'select count(*)::int as count from servers where org_id = $1 and not platform and removed_at is null',
    [tx.orgId],
  );
  return row?.count ?? 0;
}

/**
 * Those that can only be read now, or no more; the oldest are in use, and ids are in the order of creation. Nobody collects
 * from one that is restricted.
 */
export async function restrictServers(tx: Tx, { keep, all }: Standing): Promise<number> {
  const changed = await tx.query<{ id: string }>(
    `update servers set restricted = now_so.restricted
       from (select id as server_id, case when $3::text is not null then $3
                                          when row_number() over (order by id) > $2::bigint then 'over_limit' end as restricted
               from servers where org_id = $1 and not platform and removed_at is null) as now_so
      where org_id = $1 and id = server_id and servers.restricted is distinct from now_so.restricted returning id`,
    [tx.orgId, keep, all],
  );
  const ids = changed.map(({ id }) => id);
  await tx.query(
    `update server_leases l set revision = revision + 1, paused = s.state = 'paused' or s.restricted is not null
       from servers s where s.org_id = $1 and s.id = l.server_id and l.server_id = any ($2::uuid[])`,
    [tx.orgId, ids],
  );
  return ids.length;
}

/** Those after the oldest so many. Newest first. */
export const serversBeyond = (tx: Tx, keep: number, most: number): Promise<{ id: string; name: string }[]> =>
  tx.query(
    `with counted as (select id, name from servers where org_id = $1 and not platform and removed_at is null)
     select id, name from counted where id not in (select id from counted order by id limit $2) order by id desc limit $3`,
    [tx.orgId, keep, most],
  );

/** System purpose `licence`: those of all organisations. */
export async function countAllServers(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    'select count(*)::int as count from servers where not platform and removed_at is null',
  );
  return row?.count ?? 0;
}

export const lockAllServers = (tx: Tx): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' licensed servers', 0))");

export async function nameIsTaken(tx: Tx, name: string, exceptId: string): Promise<boolean> {
  const row = await tx.one(
    'select 1 from servers where org_id = $1 and lower(name) = lower($2) and id <> $3 and removed_at is null',
    [tx.orgId, name, exceptId],
  );
  return row !== undefined;
}

export async function saveServer(tx: Tx, row: ServerRow): Promise<ServerRow> {
  const saved = await tx.one<ServerRow>(
    `update servers set name = $3, host = $4, port = $5, database_name = $6, user_name = $7, password = $8, tls_mode = $9,
            tls_ca = $10, state = $11, failure_code = $12, client_certificate = $13, certificate_until = $14, updated_at = now(),
            state_since = case when state = $11 then state_since else now() end
      where org_id = $1 and id = $2 returning ${SERVER_COLUMNS}`,
    [
      tx.orgId,
      row.id,
      row.name,
      row.host,
      row.port,
      row.database_name,
      row.user_name,
      row.password,
      row.tls_mode,
      row.tls_ca,
      row.state,
      row.failure_code,
      row.client_certificate,
      row.certificate_until,
    ],
  );
  return saved ?? row;
}

/** Nobody sees it any more, and nobody collects from it. Everything that was collected goes afterwards. */
export async function removeServer(tx: Tx, serverId: string): Promise<ServerRow | undefined> {
  const row = await tx.one<ServerRow>(
    `update servers set removed_at = now() where org_id = $1 and id = $2 and removed_at is null returning ${SERVER_COLUMNS}`,
    [tx.orgId, serverId],
  );
  if (!row) return undefined;
  await tx.query('delete from server_leases where server_id = $1', [serverId]);
  await tx.query('insert into server_removals (server_id, org_id) values ($1, $2)', [serverId, tx.orgId]);
  return row;
}

/** A snapshot succeeded. Answers since when and in which state the server was, if that was another one than `ok`. */
export async function markReached(
  tx: Tx,
  serverId: string,
): Promise<{ name: string; before: ServerState; since: Date } | undefined> {
  return tx.one(
    `with old as (select state, state_since, name from servers where org_id = $1 and id = $2 for update)
     update servers s set state = 'ok', failure_code = null,
            state_since = case when old.state = 'ok' then s.state_since else now() end
       from old
      where s.org_id = $1 and s.id = $2 and old.state <> 'paused' and (old.state <> 'ok' or s.failure_code is not null)
      returning old.name, old.state as before, old.state_since as since`,
    [tx.orgId, serverId],
  );
}

export async function markCollected(tx: Tx, serverId: string, facts: StoredFacts): Promise<void> {
  await tx.query(`update servers set last_collected_at = now(), facts = $3 where org_id = $1 and id = $2`, [
    tx.orgId,
    serverId,
    facts,
  ]);
}

export async function saveReport(tx: Tx, serverId: string, report: ServerReport): Promise<void> {
  await tx.query('update servers set report = $3 where org_id = $1 and id = $2', [tx.orgId, serverId, report]);
}

export async function storeUncollected(tx: Tx, serverId: string, uncollected: readonly Uncollected[]): Promise<void> {
  await tx.query('update servers set uncollected = $3 where org_id = $1 and id = $2', [
    tx.orgId,
    serverId,
    JSON.stringify(uncollected),
  ]);
}

/** An attempt failed. `unreachable` makes it official; answers the row only when that is change. */
export async function markFailed(
  tx: Tx,
  serverId: string,
  code: FailureCode,
  unreachable: boolean,
): Promise<{ name: string; since: Date } | undefined> {
  await tx.query(
    `update servers set failure_code = $3 where org_id = $1 and id = $2 and failure_code is distinct from $3`,
    [tx.orgId, serverId, code],
  );
  if (!unreachable) return undefined;
  return tx.one(
    `update servers set state = 'unreachable', state_since = now()
      where org_id = $1 and id = $2 and state in ('pending', 'ok') returning name, state_since as since`,
    [tx.orgId, serverId],
  );
}

/** Answers whether this organisation is the first of the installation. */
export const claimPlatformOffer = async (tx: Tx): Promise<boolean> =>
  (await tx.one('insert into platform_offers (org_id) values ($1) on conflict do nothing returning org_id', [
    tx.orgId,
  ])) !== undefined;
