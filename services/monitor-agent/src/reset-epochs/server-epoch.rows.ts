import type { Tx } from '@tidegate/database/tx';
import type { Resets } from '../kernel/instance/reset-epoch.rules.ts';
import type { FoundAnnotation, ServerEpoch } from './server-epoch.rules.ts';

interface EpochRow {
  identity: string;
  at: string;
  started_at: string;
  workers_started_at: string | null;
  opened_at: string | null;
  resets: Resets;
  database_resets: Resets | null;
  in_recovery: boolean | null;
  statements_reset_at: string | null;
  statements_max: number | null;
}

export async function loadServerEpoch(tx: Tx, serverId: string): Promise<ServerEpoch | undefined> {
  const row = await tx.one<EpochRow>(
    `select identity, at, started_at, workers_started_at, opened_at, resets, database_resets, in_recovery,
            statements_reset_at, statements_max
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
      openedAt: number(row.opened_at),
      resets: row.resets,
      databaseResets: row.database_resets ?? undefined,
      inRecovery: row.in_recovery ?? undefined,
      statementsResetAt: number(row.statements_reset_at),
      statementsMax: row.statements_max,
    }
  );
}

export async function storeServerEpoch(tx: Tx, serverId: string, epoch: ServerEpoch): Promise<void> {
  await tx.query(
    `insert into server_epochs (org_id, server_id, identity, at, started_at, workers_started_at, opened_at, resets,
       database_resets, in_recovery, statements_reset_at, statements_max)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (org_id, server_id) do update set identity = excluded.identity, at = excluded.at,
       started_at = excluded.started_at, workers_started_at = excluded.workers_started_at,
       opened_at = excluded.opened_at, resets = excluded.resets, database_resets = excluded.database_resets,
       in_recovery = excluded.in_recovery, statements_reset_at = excluded.statements_reset_at,
       statements_max = excluded.statements_max`,
    [
      tx.orgId,
      serverId,
      epoch.identity,
      epoch.at,
      epoch.startedAt,
      epoch.workersStartedAt,
      epoch.openedAt,
      epoch.resets,
      epoch.databaseResets ?? null,
      epoch.inRecovery ?? null,
      epoch.statementsResetAt,
      epoch.statementsMax,
    ],
  );
}

export async function storeAnnotations(
  tx: Tx,
  serverId: string,
  seenAt: Date,
  annotations: readonly FoundAnnotation[],
): Promise<void> {
  for (const { kind, at, of } of annotations) {
    await tx.query(
      `insert into server_annotations (org_id, server_id, seen_at, kind, at, set_back) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [tx.orgId, serverId, seenAt, kind, new Date(at / 1_000), of],
    );
  }
}
