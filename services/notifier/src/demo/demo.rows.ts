import type { Happening } from '@tidegate/contracts/notifier/feed';
import type { Tx } from '@tidegate/database/tx';
import type { MadeUpChannel, MadeUpDelivery } from './made-up.rules.ts';

export async function clearMadeUp(tx: Tx): Promise<void> {
  for (const table of ['happenings', 'deliveries', 'channels'])
    await tx.query(`delete from ${table} where org_id = $1`, [tx.orgId]);
}

export const insertChannels = (tx: Tx, channels: readonly MadeUpChannel[], at: Date): Promise<unknown> =>
  tx.query(
    `insert into channels (org_id, id, kind, name, target, receiver, events, created_at, confirmed_at)
     select $1, c.id, 'email', c.name, c.target, 'smtp', array(select jsonb_array_elements_text(c.events)), $3, $3
       from jsonb_to_recordset($2::jsonb)
         as c(id uuid, name text, target text, events jsonb)`,
    [tx.orgId, JSON.stringify(channels), at],
  );

/** All of them have ended: none is in the queue. */
export const insertDeliveries = (tx: Tx, deliveries: readonly MadeUpDelivery[]): Promise<unknown> =>
  tx.query(
    `insert into deliveries (org_id, id, channel_id, event, body, state, attempts, last_error, created_at,
                             delivered_at)
     select $1, d.id, d."channelId", d.event, d.body, case when d.error is null then 'delivered' else 'failed' end,
            d.attempts, d.error, d.at, case when d.error is null then d.at + interval '2 seconds' end
       from jsonb_to_recordset($2::jsonb)
         as d(id uuid, "channelId" uuid, event text, body text, error text, attempts int, at timestamptz)`,
    [tx.orgId, JSON.stringify(deliveries)],
  );

export const insertHappenings = (tx: Tx, happenings: readonly Happening[]): Promise<unknown> =>
  tx.query(
    `insert into happenings (org_id, id, kind, merged_as, at, first_at, count, thing_id, name, amount, currency, detail)
     select $1, h.id, h.kind, h.id::text, h.at, h.since, h.count, h.thing ->> 'id', h.thing ->> 'name', h.amount, h.currency,
            h.detail
       from jsonb_to_recordset($2::jsonb)
         as h(id uuid, kind text, at timestamptz, since timestamptz, count int, thing jsonb, amount numeric,
              currency text, detail jsonb)
     on conflict do nothing`,
    [tx.orgId, JSON.stringify(happenings)],
  );
