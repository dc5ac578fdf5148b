import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export interface EarlierSecret {
  secret: string;
  valid_until: Date;
}

/** Those whose overlap runs, the one that was replaced last first. */
export const earlierSecrets = (tx: Tx, channelId: string): Promise<EarlierSecret[]> =>
  tx.query<EarlierSecret>(
    `select secret, valid_until from earlier_secrets where org_id = $1 and channel_id = $2 and valid_until > now()
      order by id desc`,
    [tx.orgId, channelId],
  );

export async function keepEarlier(tx: Tx, channelId: string, { secret, valid_until }: EarlierSecret): Promise<void> {
  await tx.query(
    'insert into earlier_secrets (org_id, channel_id, id, secret, valid_until) values ($1, $2, $3, $4, $5)',
    [tx.orgId, channelId, newId(), secret, valid_until],
  );
}

export async function dropEarlier(tx: Tx, channelId: string): Promise<void> {
  await tx.query('delete from earlier_secrets where org_id = $1 and channel_id = $2', [tx.orgId, channelId]);
}

/** System purpose `forget-deliveries`. */
export async function forgetEarlier(tx: Tx): Promise<void> {
  await tx.query('delete from earlier_secrets where valid_until < now()');
}
