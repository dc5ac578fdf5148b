import type { Tx } from '@tidegate/database/tx';

/** Name of the collector's loop: what changes a server wakes it. */
export const COLLECT_SERVERS = 'collect-servers';

/** The right to collect from a server, until it expires. */
export interface Lease {
  serverId: string;
  orgId: string;
  /** Who added the server, where that is known. */
  personId: string | null;
  fence: number;
  revision: number;
  sizesDueAt: number;
  textsDueAt: number;
}

interface Row {
  server_id: string;
  org_id: string;
  person_id: string | null;
  fence: string;
  revision: number;
  sizes_due: number | null;
  texts_due: number | null;
}

const RETURNING = `server_id, org_id, person_id, fence, revision,
  case when isfinite(sizes_due_at) then (extract(epoch from sizes_due_at) * 1000)::float8 end as sizes_due,
  case when isfinite(texts_due_at) then (extract(epoch from texts_due_at) * 1000)::float8 end as texts_due`;

const toLease = (row: Row): Lease => ({
  serverId: row.server_id,
  orgId: row.org_id,
  personId: row.person_id,
  fence: Number(row.fence),
  revision: row.revision,
  sizesDueAt: row.sizes_due ?? 0,
  textsDueAt: row.texts_due ?? 0,
});

export async function createLease(tx: Tx, serverId: string, personId: string | null = null): Promise<void> {
  await tx.query('insert into server_leases (server_id, org_id, person_id) values ($1, $2, $3)', [
    serverId,
    tx.orgId,
    personId,
  ]);
}

/** The holder notices at its next renewal: it releases a paused server, and reconnects when the fields changed. */
export async function announceChange(tx: Tx, serverId: string, paused: boolean): Promise<void> {
  await tx.query('update server_leases set revision = revision + 1, paused = $2 where server_id = $1', [
    serverId,
    paused,
  ]);
}

/** Returns the leases that are still ours; a missing one was paused, deleted, or taken over. */
export async function renewLeases(
  tx: Tx,
  holder: string,
  serverIds: readonly string[],
  seconds: number,
): Promise<Lease[]> {
  const rows = await tx.query<Row>(
    `update server_leases set expires_at = now() + make_interval(secs => $3)
      where holder = $1 and server_id = any ($2::uuid[]) and not paused returning ${RETURNING}`,
    [holder, serverIds, seconds],
  );
  return rows.map(toLease);
}

/** Takes servers that nobody holds. Replicas that try at the same time get different ones. */
export async function claimLeases(tx: Tx, holder: string, most: number, seconds: number): Promise<Lease[]> {
  const rows = await tx.query<Row>(
    `update server_leases set holder = $1, fence = fence + 1, expires_at = now() + make_interval(secs => $3)
      where server_id in (select server_id from server_leases where expires_at < now() and not paused
                           order by expires_at limit $2 for update skip locked)
      returning ${RETURNING}`,
    [holder, most, seconds],
  );
  return rows.map(toLease);
}

/** A replica that starts shortens the long leases of the others: a live holder renews in time, a dead one does not. */
export async function shortenLeases(tx: Tx, holder: string, seconds: number): Promise<void> {
  await tx.query(
    `update server_leases set expires_at = now() + make_interval(secs => $2)
      where holder <> $1 and expires_at > now() + make_interval(secs => $2)`,
    [holder, seconds],
  );
}

/** Milliseconds until the first lease on one of the others runs out; undefined when there is none. */
export async function nextExpiry(tx: Tx, ours: readonly string[]): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    `select case when min(expires_at) > now() then (extract(epoch from min(expires_at) - now()) * 1000)::float8
                 when min(expires_at) is not null then 0 end as ms
       from server_leases where not paused and server_id <> all ($1::uuid[])`,
    [ours],
  );
  return row?.ms ?? undefined;
}

/** For a process that stops; the leases of one that dies expire. */
export async function releaseLeases(tx: Tx, holder: string, serverIds: readonly string[]): Promise<void> {
  await tx.query(
    `update server_leases set expires_at = '-infinity', holder = null where holder = $1 and server_id = any ($2::uuid[])`,
    [holder, serverIds],
  );
}

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Samples are written by one holder only. Held until the transaction ends, so nobody takes over in between. */
export async function provePossession(tx: Tx, lease: Lease): Promise<void> {
  const held = await tx.one(
    'select 1 from server_leases where server_id = $1 and fence = $2 and expires_at > now() and not paused for share',
    [lease.serverId, lease.fence],
  );
  if (!held) throw new LeaseLost('Another process collects from this server now, or nobody should.');
}

export async function saveDueTimes(tx: Tx, lease: Lease): Promise<void> {
  await tx.query(
    `update server_leases set sizes_due_at = to_timestamp($3 / 1000.0), texts_due_at = to_timestamp($4 / 1000.0)
      where server_id = $1 and fence = $2`,
    [lease.serverId, lease.fence, lease.sizesDueAt, lease.textsDueAt],
  );
}

/** Organisations that have servers, for work that is done one organisation after the other. */
export async function organisationsWithServers(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>('select distinct org_id from server_leases order by org_id');
  return rows.map((row) => row.org_id);
}
