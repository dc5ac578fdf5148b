import type { Input } from '@tidegate/contracts/kernel/operation';
import type {
  Delivery,
  DeliveryError,
  DeliveryState,
  listDeliveries as List,
} from '@tidegate/contracts/notifier/deliveries';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface DeliveryRow {
  id: string;
  channel_id: string;
  event: Delivery['event'];
  body: string;
  state: DeliveryState;
  attempts: number;
  last_error: DeliveryError | null;
  last_status: number | null;
  next_attempt_at: Date | null;
  created_at: Date;
  delivered_at: Date | null;
}

const COLUMNS = `id, channel_id, event, body, state, attempts, last_error, last_status, next_attempt_at, created_at,
  delivered_at`;

/** The loop to wake when there is something in the queue. */
export const DELIVER = 'deliver-messages';

/** The most that may wait for one channel: a receiver that is away for a day must not fill our tables. */
const MOST_WAITING = 1_000;

/**
 * Inserts and queues a delivery, unless there is one with this id. When too many wait for the channel, it fails at
 * once.
 */
export async function insertDelivery(
  tx: Tx,
  delivery: { id: string; channelId: string; event: Delivery['event']; body: string },
): Promise<void> {
  await tx.query(
    `with room as (
       select count(*) < $6 as free from (select 1 from delivery_queue where channel_id = $3 limit $6) waiting),
     fresh as (
       insert into deliveries (org_id, id, channel_id, event, body, state, next_attempt_at, last_error)
       select $1, $2, $3, $4, $5, case when free then 'pending' else 'failed' end, case when free then least(now(), $7) end,
              case when not free then 'too_many_waiting' end
         from room on conflict do nothing returning *)
     ${ENQUEUE} from fresh f where f.state = 'pending' and ${IS_REAL}`,
    // It is for now, also where the server's clock is ahead for a while.
    [tx.orgId, delivery.id, delivery.channelId, delivery.event, delivery.body, MOST_WAITING, new Date()],
  );
}

/** Queues it, with whose share it takes and which receiver is called. Nothing of a demo is ever in the queue. */
const ENQUEUE = `insert into delivery_queue (delivery_id, org_id, owner_id, channel_id, receiver, due_at)
  select f.id, f.org_id, coalesce((select user_id from owners o where o.org_id = f.org_id), f.org_id), f.channel_id,
         (select receiver from channels c where c.org_id = f.org_id and c.id = f.channel_id), f.next_attempt_at`;

const IS_REAL = "not exists (select from entitlements e where e.org_id = f.org_id and e.snapshot ? 'demo')";

export function findDelivery(tx: Tx, id: string): Promise<DeliveryRow | undefined> {
  return tx.one<DeliveryRow>(`select ${COLUMNS} from deliveries where org_id = $1 and id = $2`, [tx.orgId, id]);
}

export function lockDelivery(tx: Tx, id: string): Promise<DeliveryRow | undefined> {
  return tx.one<DeliveryRow>(`select ${COLUMNS} from deliveries where org_id = $1 and id = $2 for update`, [
    tx.orgId,
    id,
  ]);
}

/** Ids are time-ordered. */
export const DELIVERY_ORDERS = sorting<Input<typeof List>['sort']>(
  {
    created: {},
    event: { key: 'event', as: 'text' },
    state: { key: 'state', as: 'text' },
    attempts: { key: 'attempts', as: 'number' },
  },
  { column: 'id', as: 'uuid' },
);

export function listDeliveries(
  tx: Tx,
  place: Place,
  { channelId, state }: { channelId?: string | undefined; state?: DeliveryState | undefined },
): Promise<(DeliveryRow & SortedRow)[]> {
  const params = [tx.orgId, channelId ?? null, state ?? null];
  return tx.query(
    `select ${COLUMNS}, ${place.key} from deliveries
      where org_id = $1 and ($2::uuid is null or channel_id = $2) and ($3::text is null or state = $3)
        ${place.rest(params)}`,
    params,
  );
}

/** Counted at its start: an attempt that kills the process is an attempt too. */
export async function beginAttempt(tx: Tx, id: string): Promise<void> {
  await tx.query('update deliveries set attempts = attempts + 1 where org_id = $1 and id = $2', [tx.orgId, id]);
}

export async function markDelivered(tx: Tx, id: string, status: number | undefined): Promise<void> {
  await tx.query(
    `update deliveries set state = 'delivered', delivered_at = now(), next_attempt_at = null, last_error = null,
            last_status = $3 where org_id = $1 and id = $2`,
    [tx.orgId, id, status ?? null],
  );
}

export interface Trouble {
  error: DeliveryError;
  status?: number | undefined;
}

export async function markForRetry(tx: Tx, id: string, trouble: Trouble, at: Date): Promise<void> {
  await tx.query(
    `update deliveries set next_attempt_at = $3, last_error = $4, last_status = $5 where org_id = $1 and id = $2`,
    [tx.orgId, id, at, trouble.error, trouble.status ?? null],
  );
}

export async function markEnded(tx: Tx, id: string, trouble: Trouble): Promise<void> {
  await tx.query(
    `update deliveries set state = 'failed', next_attempt_at = null, last_error = $3, last_status = $4
      where org_id = $1 and id = $2`,
    [tx.orgId, id, trouble.error, trouble.status ?? null],
  );
}

/** The quota is used up, or the plan has none. The attempt does not count: nothing was sent. */
export async function holdBack(tx: Tx, id: string, error: 'quota_exhausted' | 'feature_not_included'): Promise<void> {
  await tx.query(
    `update deliveries set state = 'quota_exhausted', attempts = attempts - 1, next_attempt_at = null,
            last_error = $3, last_status = null
      where org_id = $1 and id = $2`,
    [tx.orgId, id, error],
  );
}

/** Cancels what still waits for this channel. */
export async function cancelDeliveries(tx: Tx, channelId: string): Promise<void> {
  await tx.query(
    `with cancelled as (
       update deliveries set state = 'cancelled', next_attempt_at = null, last_error = 'channel_disabled'
        where org_id = $1 and channel_id = $2 and state = 'pending' returning id)
     delete from delivery_queue where delivery_id in (select id from cancelled)`,
    [tx.orgId, channelId],
  );
}

/** Queues it again as if it were new. The id stays: receivers deduplicate by it. */
export async function requeueDelivery(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `with restarted as (
       update deliveries set state = 'pending', attempts = 0, next_attempt_at = now(), last_error = null,
              last_status = null
        where org_id = $1 and id = $2 returning *)
     ${ENQUEUE} from restarted f where ${IS_REAL}`,
    [tx.orgId, id],
  );
}

/** Makes a waiting delivery due now, unless it is leased, that is, being sent. */
export async function makeDueNow(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `with hastened as (
       update delivery_queue q set due_at = now() from deliveries d
        where d.org_id = $1 and d.id = $2 and q.delivery_id = d.id and q.due_at = d.next_attempt_at
       returning q.delivery_id, q.due_at)
     update deliveries d set next_attempt_at = hastened.due_at from hastened
      where d.org_id = $1 and d.id = hastened.delivery_id`,
    [tx.orgId, id],
  );
}

/** System purpose `retention`: what ended long ago. Returns how many rows were deleted. */
export async function deleteOldDeliveries(tx: Tx, olderThanDays: number, atMost: number): Promise<number> {
  const rows = await tx.query(
    `delete from deliveries where (org_id, id) in (
       select org_id, id from deliveries
        where created_at < now() - make_interval(days => $1) and state <> 'pending' limit $2)
     returning id`,
    [olderThanDays, atMost],
  );
  return rows.length;
}

export function toWire(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    channelId: row.channel_id,
    event: row.event,
    state: row.state,
    attempts: row.attempts,
    ...(row.last_error ? { lastError: row.last_error } : {}),
    ...(row.last_status === null ? {} : { lastStatus: row.last_status }),
    ...(row.next_attempt_at ? { nextAttemptAt: row.next_attempt_at.toISOString() } : {}),
    createdAt: row.created_at.toISOString(),
    ...(row.delivered_at ? { deliveredAt: row.delivered_at.toISOString() } : {}),
  };
}
