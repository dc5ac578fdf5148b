import { isHere } from '@tidegate/database/move/moving-organisations';
import type { Tx } from '@tidegate/database/tx';

export interface DirtyCustomer {
  customer_id: string;
  /** What made the fetch necessary, counted: those after it make another one necessary. */
  marks: number;
  /** Whether refunds, disputes or credit notes are among what has changed. */
  money: boolean;
  attempts: number;
}

/**
 * So long nobody else takes a customer that is being fetched, unless whoever has it says that it lives; then it is taken for
 * dead. Two that fetch it at once only cost requests, while after a crash nothing of the customer is copied for so long.
 */
const HELD_S = 8;
export const HOLD_AGAIN_MS = 2_500;

/** An organisation that moves is copied where it arrives: here its customers wait, until it is thawed or removed. */
const OF_NOBODY_MOVING = `not exists (
  select from stripe_customers c where c.customer_id = stripe_dirty.customer_id and not ${isHere('c.org_id')})`;

/** Those whose time has come, the longest due first. Replicas take different ones. */
export const takeDirty = (tx: Tx, limit: number): Promise<DirtyCustomer[]> =>
  tx.query<DirtyCustomer>(
    `update stripe_dirty set due_at = clock_timestamp() + ${HELD_S} * interval '1 second'
      where customer_id in (select customer_id from stripe_dirty where due_at <= clock_timestamp()
                               and ${OF_NOBODY_MOVING}
                             order by due_at limit $1 for update skip locked)
      returning customer_id, marks, money, attempts`,
    [limit],
  );

/** It is still being fetched: what has marked it meanwhile is seen by the fetch's end. */
export async function holdDirty(tx: Tx, { customer_id }: DirtyCustomer): Promise<void> {
  await tx.query(
    `update stripe_dirty set due_at = greatest(due_at, clock_timestamp() + ${HELD_S} * interval '1 second')
      where customer_id = $1`,
    [customer_id],
  );
}

/** What was marked since it was taken is due at once. */
export async function clearDirty(tx: Tx, { customer_id: id, marks }: DirtyCustomer): Promise<void> {
  await tx.query('delete from stripe_dirty where customer_id = $1 and marks = $2', [id, marks]);
  await tx.query(
    'update stripe_dirty set due_at = clock_timestamp(), attempts = 0, error = null where customer_id = $1 and marks > $2',
    [id, marks],
  );
}

export async function postponeDirty(tx: Tx, id: string, inMs: number, failure?: { error: string }): Promise<void> {
  await tx.query(
    `update stripe_dirty set due_at = clock_timestamp() + $2 * interval '1 millisecond',
            attempts = attempts + $3, error = $4 where customer_id = $1`,
    [id, inMs, failure ? 1 : 0, failure?.error ?? null],
  );
}

export async function dropDirty(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_dirty where customer_id = $1', [id]);
}

/** In how many milliseconds the next is due; undefined when none is. */
export async function nextDueInMs(tx: Tx): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    `select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as ms from stripe_dirty
      where ${OF_NOBODY_MOVING}`,
  );
  return row?.ms ?? undefined;
}

/** Whether something is known to have changed. */
export const isDirty = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('select 1 from stripe_dirty where customer_id = $1', [id])) !== undefined;
