import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

/** An event with the next number of its aggregate, whose row is locked until the transaction ends. */
export const insertEvent = (
  tx: Tx,
  event: { subject: string; aggregate: string; orgId: string | undefined; trace: string | null; body: string },
): Promise<void> =>
  tx.send(
    `with numbered as (
       insert into outbox_sequences as s (aggregate, last) values ($3, 1)
       on conflict (aggregate) do update set last = s.last + 1, previous_at = s.at, at = now()
       returning last, previous_at)
     insert into outbox (event_id, subject, aggregate, sequence, previous_at, org_id, trace, body)
     select $1, $2, $3, last, previous_at, $4, $5, $6 from numbered`,
    [newId(), event.subject, event.aggregate, event.orgId ?? null, event.trace, event.body],
  );

/** A message outside any order. */
export const insertMessage = (
  tx: Tx,
  { subject, orgId, body }: { subject: string; orgId: string; body: string },
): Promise<void> =>
  tx.send('insert into outbox (event_id, subject, org_id, body) values ($1, $2, $3, $4)', [
    newId(),
    subject,
    orgId,
    body,
  ]);
