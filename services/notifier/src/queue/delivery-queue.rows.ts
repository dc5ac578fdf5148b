import type { Tx } from '@tidegate/database/tx';

/** The right to make one attempt. It expires; the next holder of the row has another fence. */
export interface Lease {
  delivery_id: string;
  org_id: string;
  owner_id: string;
  channel_id: string;
  receiver: string;
  fence: string;
}

/**
 * How many attempts may run at a time for one organisation, for one person over all their organisations, and for one
 * receiver.
 */
export const SHARE = { organisation: 8, person: 8, host: 16, mailServer: 32 };
const shareOf = (kind: string): string =>
  `case when ${kind}.receiver = 'smtp' then ${SHARE.mailServer} else ${SHARE.host} end`;
/** How many rows are searched for something that may be sent now. */
const WINDOW = 1_000;

export interface Looking {
  limit: number;
  leaseSeconds: number;
  inHand: readonly Lease[];
  /** Channels of receivers that hang: not now. */
  blocked: readonly string[];
  /** Channels of receivers that hung before: one attempt. */
  careful: readonly string[];
}

/**
 * Leases what is due: everybody's first before anybody's second, and nobody more than their share, running attempts
 * included. So a person whose receivers hang does not delay others, over however many organisations.
 */
export function leaseDue(tx: Tx, { limit, leaseSeconds, inHand, blocked, careful }: Looking): Promise<Lease[]> {
  const held = countHeld(inHand);
  return tx.query<Lease>(
    `with held as (select * from unnest($1::text[], $2::int[]) as h (key, n)),
     due as (
       select q.*, coalesce(o.n, 0) as of_org, coalesce(p.n, 0) as of_person, coalesce(r.n, 0) as of_receiver
         from delivery_queue q
         left join held o on o.key = 'org:' || q.org_id left join held p on p.key = 'person:' || q.owner_id
         left join held r on r.key = 'receiver:' || q.receiver
        where q.due_at <= now() and q.channel_id <> all ($3::uuid[]) and coalesce(o.n, 0) < ${SHARE.organisation}
          and coalesce(p.n, 0) < ${SHARE.person} and coalesce(r.n, 0) < ${shareOf('q')}
        order by q.due_at limit ${WINDOW}),
     ranked as (
       select due.delivery_id, due.channel_id, due.receiver,
              of_org + row_number() over (partition by org_id order by due_at, delivery_id) as in_org,
              of_person + row_number() over (partition by owner_id order by due_at, delivery_id) as in_person,
              of_receiver + row_number() over (partition by receiver order by due_at, delivery_id) as in_receiver,
              row_number() over (partition by channel_id order by due_at, delivery_id) as in_channel
         from due),
     taken as (
       select q.delivery_id from delivery_queue q join ranked r using (delivery_id)
        where r.in_org <= ${SHARE.organisation} and r.in_person <= ${SHARE.person} and r.in_receiver <= ${shareOf('r')}
          and (r.in_channel = 1 or r.channel_id <> all ($4::uuid[])) and q.due_at <= now()
        order by r.in_person, q.due_at limit $5 for update of q skip locked)
     update delivery_queue q set due_at = now() + make_interval(secs => $6), fence = nextval('delivery_fences')
       from taken where q.delivery_id = taken.delivery_id
     returning q.delivery_id, q.org_id, q.owner_id, q.channel_id, q.receiver, q.fence`,
    [[...held.keys()], [...held.values()], blocked, careful, limit, leaseSeconds],
  );
}

function countHeld(inHand: readonly Lease[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { org_id, owner_id, receiver } of inHand) {
    for (const key of [`org:${org_id}`, `person:${owner_id}`, `receiver:${receiver}`]) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** Milliseconds until more is due; in the transaction that leased what is due, so that nothing is missed. */
export async function untilNextDue(tx: Tx): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as ms from delivery_queue where due_at > now()',
  );
  return row?.ms ?? undefined;
}

/** How many wait, and for how long the oldest has been due. */
export async function measureQueue(tx: Tx): Promise<{ waiting: number; lateSeconds: number }> {
  const row = await tx.one<{ waiting: number; late: number }>(
    `select count(*)::int as waiting, greatest(coalesce(extract(epoch from now() - min(due_at)), 0), 0)::float8 as late
       from delivery_queue`,
  );
  return { waiting: row?.waiting ?? 0, lateSeconds: row?.late ?? 0 };
}

/** From now on, if it is still the newest one: between the lease and the attempt a busy machine lets time pass. */
export async function renewLease(tx: Tx, lease: Lease, leaseSeconds: number): Promise<boolean> {
  const row = await tx.one(
    `update delivery_queue set due_at = now() + make_interval(secs => $3) where delivery_id = $1 and fence = $2
     returning delivery_id`,
    [lease.delivery_id, lease.fence, leaseSeconds],
  );
  return row !== undefined;
}

/** True while the lease is still the newest one; its row stays locked until the transaction ends. */
export async function stillHasLease(tx: Tx, lease: Lease): Promise<boolean> {
  const row = await tx.one('select 1 as held from delivery_queue where delivery_id = $1 and fence = $2 for update', [
    lease.delivery_id,
    lease.fence,
  ]);
  return row !== undefined;
}

export async function postpone(tx: Tx, deliveryId: string, at: Date): Promise<void> {
  await tx.query('update delivery_queue set due_at = $2 where delivery_id = $1', [deliveryId, at]);
}

export async function leaveQueue(tx: Tx, deliveryId: string): Promise<void> {
  await tx.query('delete from delivery_queue where delivery_id = $1', [deliveryId]);
}
