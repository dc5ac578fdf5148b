import type { Tx } from '@tidegate/database/tx';

/** The right to make one attempt. It ends by itself; whoever leases the row next has another fence. */
export interface Lease {
  delivery_id: string;
  org_id: string;
  fence: string;
}

/**
 * Takes what is due, oldest first, at most `perOrg` of one organisation, so that one whose receivers hang cannot keep
 * everybody else waiting; organisations in `busy` have their share under way already.
 */
export function leaseDue(
  tx: Tx,
  options: { limit: number; perOrg: number; leaseSeconds: number; busy: readonly string[] },
): Promise<Lease[]> {
  return tx.query<Lease>(
    `with ranked as (
       select delivery_id, row_number() over (partition by org_id order by due_at) as place
         from (select delivery_id, org_id, due_at from delivery_queue
                where due_at <= now() and org_id <> all ($4::uuid[]) order by due_at limit 1000) as due),
     taken as (
       select q.delivery_id from delivery_queue q join ranked r using (delivery_id)
        where r.place <= $2 and q.due_at <= now() order by q.due_at limit $1 for update of q skip locked)
     update delivery_queue q set due_at = now() + make_interval(secs => $3), fence = nextval('delivery_fences')
       from taken where q.delivery_id = taken.delivery_id
     returning q.delivery_id, q.org_id, q.fence`,
    [options.limit, options.perOrg, options.leaseSeconds, options.busy],
  );
}

/** True while the lease is still the newest one; its row stays locked until the transaction ends. */
export async function holdLease(tx: Tx, lease: Lease): Promise<boolean> {
  const row = await tx.one('select 1 as held from delivery_queue where delivery_id = $1 and fence = $2 for update', [
    lease.delivery_id,
    lease.fence,
  ]);
  return row !== undefined;
}

export async function dueAgain(tx: Tx, deliveryId: string, at: Date): Promise<void> {
  await tx.query('update delivery_queue set due_at = $2 where delivery_id = $1', [deliveryId, at]);
}

export async function leaveQueue(tx: Tx, deliveryId: string): Promise<void> {
  await tx.query('delete from delivery_queue where delivery_id = $1', [deliveryId]);
}
