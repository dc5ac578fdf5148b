import type { MailSender } from '@tidegate/contracts/identity/mail-senders';
import type { Tx } from '@tidegate/database/tx';

export const findMailSender = (tx: Tx): Promise<MailSender | undefined> =>
  tx.one<MailSender>('select name, address, reply_to as "replyTo" from organisation_mail_senders where org_id = $1', [
    tx.orgId,
  ]);

export async function saveMailSender(tx: Tx, { name, address, replyTo }: MailSender): Promise<void> {
  await tx.query(
    `insert into organisation_mail_senders (org_id, name, address, reply_to) values ($1, $2, $3, $4)
     on conflict (org_id) do update set name = $2, address = $3, reply_to = $4, updated_at = now()`,
    [tx.orgId, name, address, replyTo],
  );
}
