import type { Tx } from '@tidegate/database/tx';

export interface TrialRow {
  product: string;
  plan: string;
  started_at: Date;
  ends_at: Date;
}

export const findTrials = (tx: Tx, orgId: string): Promise<TrialRow[]> =>
  tx.query<TrialRow>('select product, plan, started_at, ends_at from trials where org_id = $1 order by product', [
    orgId,
  ]);

/** A product is tried once. False when it has been. */
export async function useTrial(tx: Tx, orgId: string, trial: TrialRow): Promise<boolean> {
  const row = await tx.one(
    `insert into trials (org_id, product, plan, started_at, ends_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning product`,
    [orgId, trial.product, trial.plan, trial.started_at, trial.ends_at],
  );
  return row !== undefined;
}
