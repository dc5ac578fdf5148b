import type { Tx } from '@tidegate/database/tx';

const AT_ONCE = 5_000;

export interface KeyRow {
  operation: string;
  input_hash: string;
  output: string | null;
}

/** Claims the key; false when it was already claimed. */
export async function insertKey(
  tx: Tx,
  { key, operation, inputHash }: { key: string; operation: string; inputHash: string },
): Promise<boolean> {
  const claimed = await tx.one(
    `insert into idempotency_keys (org_id, key, operation, input_hash) values ($1, $2, $3, $4)
     on conflict do nothing returning key`,
    [tx.orgId, key, operation, inputHash],
  );
  return claimed !== undefined;
}

export const findKey = (tx: Tx, key: string): Promise<KeyRow | undefined> =>
  tx.one<KeyRow>('select operation, input_hash, output from idempotency_keys where org_id = $1 and key = $2', [
    tx.orgId,
    key,
  ]);

export const setOutput = (tx: Tx, key: string, output: string): Promise<void> =>
  tx.send('update idempotency_keys set output = $3 where org_id = $1 and key = $2', [tx.orgId ?? null, key, output]);

/** Keys older than a day. Returns whether there are more. */
export async function expireKeys(tx: Tx): Promise<boolean> {
  const expired = await tx.query(
    `delete from idempotency_keys where ctid = any (array(
       select ctid from idempotency_keys where created_at < now() - interval '24 hours' limit ${AT_ONCE})) returning 1`,
  );
  return expired.length === AT_ONCE;
}
