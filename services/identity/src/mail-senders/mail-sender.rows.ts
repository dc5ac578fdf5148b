import type { Tx } from '@tidegate/database/tx';

export interface MailSenderRow {
  name: string | null;
  address: string | null;
  reply_to: string | null;
  reply_proven_at: Date | null;
}

const OF_ORGANISATION =
  'select name, address, reply_to, reply_proven_at from organisation_mail_senders where org_id = $1';

export const findMailSender = (tx: Tx): Promise<MailSenderRow | undefined> =>
  tx.one<MailSenderRow>(OF_ORGANISATION, [tx.orgId]);

/** The same while it is being changed. */
export const lockMailSender = (tx: Tx): Promise<MailSenderRow | undefined> =>
  tx.one<MailSenderRow>(`${OF_ORGANISATION} for update`, [tx.orgId]);

/** Another address for answers has agreed to nothing yet; a token that was mailed to the one before is no longer valid. */
export async function saveMailSender(
  tx: Tx,
  { name, address, reply_to, reply_proven_at }: MailSenderRow,
): Promise<void> {
  await tx.query(
    `insert into organisation_mail_senders as s (org_id, name, address, reply_to, reply_proven_at)
     values ($1, $2, $3, $4, $5)
     on conflict (org_id) do update set
       name = excluded.name, address = excluded.address, reply_to = excluded.reply_to,
       reply_proven_at = excluded.reply_proven_at, updated_at = now(),
       reply_token_hash = case when s.reply_to = excluded.reply_to then s.reply_token_hash end,
       reply_token_expires_at = case when s.reply_to = excluded.reply_to then s.reply_token_expires_at end`,
    [tx.orgId, name, address, reply_to, reply_proven_at],
  );
}

/** Whose token it is; needs a transaction with it as its `lookup`. */
export const findByReplyToken = (tx: Tx, tokenHash: string): Promise<{ org_id: string } | undefined> =>
  tx.one(
    'select org_id from organisation_mail_senders where reply_token_hash = $1 and reply_token_expires_at > now()',
    [tokenHash],
  );

/** Once; the address, and what the organisation is called. */
export const proveReplyAddress = (
  tx: Tx,
  tokenHash: string,
): Promise<{ address: string; organisation: string } | undefined> =>
  tx.one(
    `update organisation_mail_senders s set reply_proven_at = now(), reply_token_hash = null, reply_token_expires_at = null
       from organisations o
      where o.org_id = s.org_id and s.org_id = $1 and s.reply_token_hash = $2 and s.reply_token_expires_at > now()
     returning s.reply_to as address, o.name as organisation`,
    [tx.orgId, tokenHash],
  );
