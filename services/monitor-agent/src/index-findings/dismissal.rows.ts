import type { ListedFinding } from '@tidegate/contracts/monitor-agent/index-findings';
import type { Tx } from '@tidegate/database/tx';

type Dismissed = NonNullable<ListedFinding['dismissed']>;

export async function dismissedFindings(tx: Tx, serverId: string): Promise<Map<string, Dismissed>> {
  const rows = await tx.query<{ finding: string; reason: string; person_id: string | null; dismissed_at: Date }>(
    'select finding, reason, person_id, dismissed_at from dismissed_findings where org_id = $1 and server_id = $2',
    [tx.orgId, serverId],
  );
  return new Map(
    rows.map((row) => [
      row.finding,
      { reason: row.reason, at: row.dismissed_at.toISOString(), personId: row.person_id },
    ]),
  );
}

/** Said again with another reason, the newer one counts. */
export async function dismiss(
  tx: Tx,
  serverId: string,
  { finding, reason, personId }: { finding: string; reason: string; personId: string | null },
): Promise<void> {
  await tx.query(
    `insert into dismissed_findings (org_id, server_id, finding, reason, person_id) values ($1, $2, $3, $4, $5)
     on conflict (org_id, server_id, finding) do update
       set reason = excluded.reason, person_id = excluded.person_id, dismissed_at = now()`,
    [tx.orgId, serverId, finding, reason, personId],
  );
}

export async function restore(tx: Tx, serverId: string, finding: string): Promise<void> {
  await tx.query('delete from dismissed_findings where org_id = $1 and server_id = $2 and finding = $3', [
    tx.orgId,
    serverId,
    finding,
  ]);
}
