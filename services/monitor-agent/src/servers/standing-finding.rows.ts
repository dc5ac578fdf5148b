import type { StandingKind } from '@tidegate/contracts/monitor-agent/server-list';
import type { Tx } from '@tidegate/database/tx';

export const listStanding = <K extends StandingKind>(
  tx: Tx,
  serverId: string,
  kinds: readonly K[],
): Promise<{ kind: K; since: Date }[]> =>
  tx.query('select kind, since from standing_findings where org_id = $1 and server_id = $2 and kind = any ($3)', [
    tx.orgId,
    serverId,
    kinds,
  ]);

/** Answers how the server is called; undefined when it has just been removed. */
export const insertStanding = async (
  tx: Tx,
  serverId: string,
  kind: StandingKind,
  since: Date,
): Promise<string | undefined> =>
  (
    await tx.one<{ name: string }>(
      `with added as (
         insert into standing_findings (org_id, server_id, kind, since)
         select $1, id, $3, $4 from servers where org_id = $1 and id = $2 on conflict do nothing)
       select name from servers where org_id = $1 and id = $2`,
      [tx.orgId, serverId, kind, since],
    )
  )?.name;

export const deleteStanding = async (tx: Tx, serverId: string, kind: StandingKind): Promise<string | undefined> =>
  (
    await tx.one<{ name: string }>(
      `with over as (delete from standing_findings where org_id = $1 and server_id = $2 and kind = $3)
       select name from servers where org_id = $1 and id = $2`,
      [tx.orgId, serverId, kind],
    )
  )?.name;
