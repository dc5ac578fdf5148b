import type { TenantDatabase } from '@tidegate/database/tenant-database';

export interface OutboxRow {
  id: string;
  event_id: string;
  subject: string;
  aggregate: string | null;
  sequence: string | null;
  previous_at: Date | null;
  org_id: string | null;
  trace: string | null;
  body: string;
  created_at: Date;
}

/* Each is one statement on a connection that is given back at once: the relay waits for NATS in between. */

export const readOutbox = (tenants: TenantDatabase, limit: number): Promise<OutboxRow[]> =>
  tenants.statement<OutboxRow>(
    `select id, event_id, subject, aggregate, sequence, previous_at, org_id, trace, body, created_at
       from outbox order by id limit $1`,
    [limit],
  );

/** Whether there is anything to send; nearly free when there is not. */
export async function mayHave(tenants: TenantDatabase): Promise<boolean> {
  return (await tenants.statement('select 1 from outbox limit 1')).length > 0;
}

export async function countOutbox(tenants: TenantDatabase): Promise<number> {
  const [row] = await tenants.statement<{ count: number }>('select count(*)::int as count from outbox');
  return row?.count ?? 0;
}

export const deleteSent = (tenants: TenantDatabase, ids: readonly string[]): Promise<unknown> =>
  tenants.statement('delete from outbox where id = any($1::bigint[])', [ids]);

/** True when this process may send now; false while another one does. Nobody holds it for minutes: the server's clock was ahead. */
export async function takeLease(tenants: TenantDatabase, holder: string, seconds: number): Promise<boolean> {
  const taken = await tenants.statement(
    `update relay_lease set holder = $1, held_until = now() + make_interval(secs => $2)
        where holder = $1 or held_until < now() or held_until > now() + make_interval(secs => 20 * $2) returning 1`,
    [holder, seconds],
  );
  return taken.length > 0;
}

export const releaseLease = (tenants: TenantDatabase, holder: string): Promise<unknown> =>
  tenants.statement("update relay_lease set holder = null, held_until = '-infinity' where holder = $1", [holder]);
