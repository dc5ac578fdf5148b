import type { StripeEvent, StripeEventState } from '@tidegate/contracts/billing/webhook';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { IncomingEvent } from './read-event.rules.ts';

/** Of one checkout come six to ten events: so long the first waits for the others, and one fetch does for all. */
const GATHER_MS = 150;
/** Types that change what was given back or is disputed. */
const OF_MONEY = '(^|[.])(charge|refund|credit_note)[.]';

/**
 * Stores those that are new, and marks their customers. Many in one statement, in the order of their ids, so that
 * replicas that are sent the same ones wait for each other instead of blocking each other. Needs a transaction that sees
 * all customers. Answers how many are new.
 */
export async function insertEvents(
  tx: Tx,
  events: readonly IncomingEvent[],
  source: 'webhook' | 'list',
): Promise<number> {
  const column = <K extends keyof IncomingEvent>(name: K) => events.map((event) => event[name]);
  const row = await tx.one<{ added: number }>(
    `with given as (
       select distinct on (id) * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::text[],
              $6::text[], $7::text[], $8::text[])
              as t(id, type, created, livemode, api_version, object_id, customer_id, ignored) order by id),
     added as (
       insert into stripe_events (id, type, created, livemode, api_version, object_id, customer_id, org_id, source, state, error)
       select g.id, g.type, g.created, g.livemode, g.api_version, g.object_id, g.customer_id, c.org_id, $9,
              case when g.ignored is not null then 'ignored'
                   when g.customer_id is not null and c.org_id is null then 'quarantined' else 'pending' end,
              coalesce(g.ignored, case when g.customer_id is not null and c.org_id is null
                                       then 'no organisation here has this customer' end)
         from given g left join stripe_customers c on c.customer_id = g.customer_id order by g.id
       on conflict (id) do nothing returning customer_id, state, type),
     marked as (
       insert into stripe_dirty (customer_id, due_at, money)
       select customer_id, clock_timestamp() + $10 * interval '1 millisecond', bool_or(type ~ '${OF_MONEY}') from added
        where state = 'pending' and customer_id is not null group by customer_id order by customer_id
       on conflict (customer_id) do update
         set marks = stripe_dirty.marks + 1, money = stripe_dirty.money or excluded.money)
     select count(*)::int as added from added`,
    [
      column('id'),
      column('type'),
      column('created'),
      column('livemode'),
      column('apiVersion'),
      column('objectId'),
      column('customerId'),
      column('ignored'),
      source,
      GATHER_MS,
    ],
  );
  return row?.added ?? 0;
}

/** Whoever was changed, or may have been, in ways that no event says. */
export async function markDirty(tx: Tx, customerIds: readonly string[]): Promise<void> {
  await tx.query(
    `insert into stripe_dirty (customer_id, due_at, money)
     select id, clock_timestamp(), true from unnest($1::text[]) as t(id) order by id
     on conflict (customer_id) do update
       set marks = stripe_dirty.marks + 1, due_at = least(stripe_dirty.due_at, excluded.due_at), money = true`,
    [customerIds],
  );
}

/** The customer belongs to somebody here now: what came before is handled after all. */
export async function releaseQuarantined(tx: Tx, customerId: string, orgId: string): Promise<void> {
  const released = await tx.query(
    `update stripe_events set state = 'pending', org_id = $2, error = null
      where customer_id = $1 and state = 'quarantined' returning id`,
    [customerId, orgId],
  );
  if (released.length > 0) await markDirty(tx, [customerId]);
}

export interface Unresolved {
  id: string;
  object_id: string;
}

/** Events that do not name their customer, oldest first. */
export const findUnresolved = (tx: Tx, limit: number): Promise<Unresolved[]> =>
  tx.query<Unresolved>(
    `select id, object_id from stripe_events where state = 'pending' and customer_id is null
      order by received_at limit $1`,
    [limit],
  );

/** Whose it is by what was copied before; undefined when that does not say it. */
export async function ownerOf(tx: Tx, objectId: string): Promise<string | undefined> {
  const row = await tx.one<{ customer_id: string }>(
    `select c.customer_id from stripe_customers c
      where (c.org_id, c.livemode) in (select org_id, c.livemode from stripe_subscriptions where id = $1
                                       union all select org_id, c.livemode from stripe_invoices where id = $1)
      limit 1`,
    [objectId],
  );
  return row?.customer_id;
}

/** Null: the object has no customer, or is gone. */
export async function resolveEvent(tx: Tx, id: string, customerId: string | null): Promise<void> {
  const row = await tx.one<{ state: string }>(
    `update stripe_events e set customer_id = $2, org_id = c.org_id,
            state = case when $2 is null then 'ignored' when c.org_id is null then 'quarantined' else 'pending' end,
            error = case when $2 is null then 'it is about no customer'
                         when c.org_id is null then 'no organisation here has this customer' end
       from (select 1) as one left join stripe_customers c on c.customer_id = $2
      where e.id = $1 and e.state = 'pending' returning e.state`,
    [id, customerId],
  );
  if (row?.state === 'pending' && customerId) await markDirty(tx, [customerId]);
}

/** Everything about the customer that came before a fetch is part of what it found. Returns how long ago each came. */
export async function eventsDone(tx: Tx, customerId: string, before: Date): Promise<number[]> {
  const rows = await tx.query<{ seconds: number }>(
    `update stripe_events set state = 'done', done_at = now(), error = null
      where customer_id = $1 and state = 'pending' and received_at <= $2
      returning extract(epoch from clock_timestamp() - received_at)::float8 as seconds`,
    [customerId, before],
  );
  return rows.map(({ seconds }) => seconds);
}

/** The customer belongs to nobody here any more: nothing follows, and they expire like others of outsiders. */
export async function eventsOrphaned(tx: Tx, customerId: string): Promise<void> {
  await tx.query(
    `update stripe_events set state = 'quarantined', org_id = null, error = 'no organisation here has this customer'
      where customer_id = $1 and state = 'pending'`,
    [customerId],
  );
}

export async function eventsFailed(tx: Tx, customerId: string, error: string, dead: boolean): Promise<void> {
  await tx.query(
    `update stripe_events set attempts = attempts + 1, error = $2, state = case when $3 then 'dead' else state end
      where customer_id = $1 and state = 'pending'`,
    [customerId, error, dead],
  );
}

/** Undefined when there is none; the customer when it was not its turn before. */
export async function replayEvent(tx: Tx, id: string): Promise<{ customer_id: string | null } | undefined> {
  return tx.one<{ customer_id: string | null }>(
    `update stripe_events e set state = 'pending', attempts = 0, error = null, done_at = null, org_id = c.org_id
       from (select id, customer_id from stripe_events where id = $1) as it
       left join stripe_customers c on c.customer_id = it.customer_id
      where e.id = it.id and e.state <> 'ignored' and (it.customer_id is null or c.org_id is not null)
      returning e.customer_id`,
    [id],
  );
}

export const findEvent = (tx: Tx, id: string): Promise<{ state: StripeEventState } | undefined> =>
  tx.one<{ state: StripeEventState }>('select state from stripe_events where id = $1', [id]);

/** Which of these are stored. */
export async function knownEvents(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>('select id from stripe_events where id = any ($1::text[])', [ids]);
  return new Set(rows.map(({ id }) => id));
}

export interface EventRow {
  id: string;
  type: string;
  state: StripeEventState;
  created: Date;
  received_at: Date;
  customer_id: string | null;
  org_id: string | null;
  source: 'webhook' | 'list';
  attempts: number;
  error: string | null;
  /** `received_at` to the microsecond. */
  place: string;
}

export const pageOfEvents = (
  tx: Tx,
  limit: number,
  state: StripeEventState | undefined,
  [at, id]: readonly [string | null, string | null] = [null, null],
): Promise<EventRow[]> =>
  tx.query<EventRow>(
    `select id, type, state, created, received_at, customer_id, org_id, source, attempts, error,
            ${cursorTime('received_at')} as place
       from stripe_events where ($2::text is null or state = $2)
        and ($3::timestamptz is null or (received_at, id) < ($3, $4::text))
      order by received_at desc, id desc limit $1`,
    [limit, state ?? null, at, id],
  );

export const toWire = (row: EventRow): StripeEvent => ({
  eventId: row.id,
  type: row.type,
  state: row.state,
  createdAt: row.created.toISOString(),
  receivedAt: row.received_at.toISOString(),
  customer: row.customer_id,
  organisationId: row.org_id,
  source: row.source,
  attempts: row.attempts,
  reason: row.error,
});

/** Handled ones cannot come again after so long: Stripe lists events for 30 days. Answers how many were deleted. */
export async function expireEvents(tx: Tx, days: number, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from stripe_events where id in (
       select id from stripe_events where state in ('done', 'ignored', 'quarantined')
          and received_at < now() - $1 * interval '1 day' limit $2) returning id`,
    [days, limit],
  );
  return rows.length;
}

export async function countEvents(tx: Tx, state: StripeEventState): Promise<number> {
  const row = await tx.one<{ count: number }>('select count(*)::int as count from stripe_events where state = $1', [
    state,
  ]);
  return row?.count ?? 0;
}
