import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export interface EarlierSecretRow {
  secret: string;
  valid_until: Date;
}

/** Those that still sign, the most recently replaced first. */
export const listEarlierSecrets = (tx: Tx, channelId: string): Promise<EarlierSecretRow[]> =>
  tx.query<EarlierSecretRow>(
    `select secret, valid_until from earlier_secrets where org_id = $1 and channel_id = $2 and valid_until > now()
      order by id desc`,
    [tx.orgId, channelId],
  );

export async function insertEarlierSecret(
  tx: Tx,
  channelId: string,
  { secret, valid_until }: EarlierSecretRow,
): Promise<void> {
  await tx.query(
    'insert into earlier_secrets (org_id, channel_id, id, secret, valid_until) values ($1, $2, $3, $4, $5)',
    [tx.orgId, channelId, newId(), secret, valid_until],
  );
}

export async function deleteEarlierSecrets(tx: Tx, channelId: string): Promise<void> {
  await tx.query('delete from earlier_secrets where org_id = $1 and channel_id = $2', [tx.orgId, channelId]);
}

/** System purpose `retention`. */
export async function deleteExpiredSecrets(tx: Tx): Promise<void> {
  await tx.query('delete from earlier_secrets where valid_until < now()');
}
