import type { Tx } from '@tidegate/database/tx';

/** How many mails the subject has been sent in this day, this one included, and the seconds left of the day. */
export async function countConfirmationMail(tx: Tx, subject: string): Promise<{ sent: number; left: number }> {
  const row = await tx.one<{ sent: number; left: number }>(
    `insert into confirmation_mails as c (subject, sent) values ($1, 1)
     on conflict (subject) do update set
       sent = case when c.since < now() - interval '1 day' then 1 else c.sent + 1 end,
       since = case when c.since < now() - interval '1 day' then now() else c.since end
     returning sent, ceil(extract(epoch from since + interval '1 day' - now()))::int as left`,
    [subject],
  );
  return row ?? { sent: 1, left: 0 };
}

export async function deleteOldConfirmationMails(tx: Tx): Promise<void> {
  await tx.query("delete from confirmation_mails where since < now() - interval '1 day'");
}
