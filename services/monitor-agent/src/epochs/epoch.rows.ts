import type { Marker, MarkerKind } from '@tidegate/contracts/monitor-agent/markers';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../storage/samples.ts';
import type { Epoch, FoundMarker } from './epoch.rules.ts';

interface EpochRow {
  identity: string;
  at: string;
  started_at: string;
  workers_started_at: string | null;
  counters_reset_at: string | null;
  statements_reset_at: string | null;
  statements_max: number | null;
}

export async function loadEpoch(tx: Tx, serverId: string): Promise<Epoch | undefined> {
  const row = await tx.one<EpochRow>(
    `select identity, at, started_at, workers_started_at, counters_reset_at, statements_reset_at, statements_max
       from server_epochs where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId],
  );
  const number = (text: string | null) => (text === null ? null : Number(text));
  return (
    row && {
      identity: row.identity,
      at: Number(row.at),
      startedAt: Number(row.started_at),
      workersStartedAt: number(row.workers_started_at),
      countersResetAt: number(row.counters_reset_at),
      statementsResetAt: number(row.statements_reset_at),
      statementsMax: row.statements_max,
    }
  );
}

export async function saveEpoch(tx: Tx, serverId: string, epoch: Epoch): Promise<void> {
  await tx.query(
    `insert into server_epochs (org_id, server_id, identity, at, started_at, workers_started_at, counters_reset_at,
       statements_reset_at, statements_max)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (org_id, server_id) do update set identity = excluded.identity, at = excluded.at,
       started_at = excluded.started_at, workers_started_at = excluded.workers_started_at,
       counters_reset_at = excluded.counters_reset_at, statements_reset_at = excluded.statements_reset_at,
       statements_max = excluded.statements_max`,
    [
      tx.orgId,
      serverId,
      epoch.identity,
      epoch.at,
      epoch.startedAt,
      epoch.workersStartedAt,
      epoch.countersResetAt,
      epoch.statementsResetAt,
      epoch.statementsMax,
    ],
  );
}

export async function saveMarkers(
  tx: Tx,
  serverId: string,
  seenAt: Date,
  markers: readonly FoundMarker[],
): Promise<void> {
  for (const { kind, at } of markers) {
    await tx.query(
      `insert into server_markers (org_id, server_id, seen_at, kind, at) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [tx.orgId, serverId, seenAt, kind, new Date(at / 1_000)],
    );
  }
}

/** The newest first. */
export async function markerRows(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  place: { from: number; count: number },
): Promise<Marker[]> {
  const rows = await tx.query<{ kind: MarkerKind; at: Date; seen_at: Date }>(
    `select kind, at, seen_at from server_markers
      where org_id = $1 and server_id = $2 and seen_at >= $3 and seen_at < $4
      order by seen_at desc, at desc, kind limit $5 offset $6`,
    [tx.orgId, serverId, range.from, range.to, place.count, place.from],
  );
  return rows.map(({ kind, at, seen_at: seenAt }) => ({ kind, at: at.toISOString(), seenAt: seenAt.toISOString() }));
}

export async function countMarkers(tx: Tx, serverId: string, { from, to }: TimeRange): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(*)::int as count from server_markers
      where org_id = $1 and server_id = $2 and seen_at >= $3 and seen_at < $4`,
    [tx.orgId, serverId, from, to],
  );
  return row?.count ?? 0;
}
