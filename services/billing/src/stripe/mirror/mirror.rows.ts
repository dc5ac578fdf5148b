import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import type { Drift } from './drift.rules.ts';
import type { Fact } from './facts.rules.ts';
import type { InvoiceState } from './invoice-state.rules.ts';
import type { SubscriptionState } from './subscription-state.rules.ts';

/** Statuses as they were copied before. */
export async function statuses(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; status: string }>(
    'select id, status from stripe_subscriptions where org_id = $1',
    [tx.orgId],
  );
  return new Map(rows.map(({ id, status }) => [id, status]));
}

export async function storedSubscriptions(tx: Tx): Promise<SubscriptionState[]> {
  const rows = await tx.query<{ state: SubscriptionState }>(
    'select state from stripe_subscriptions where org_id = $1 order by created, id',
    [tx.orgId],
  );
  return rows.map(({ state }) => state);
}

export async function saveSubscriptions(tx: Tx, seq: string, states: readonly SubscriptionState[]): Promise<void> {
  await tx.query(
    `insert into stripe_subscriptions (org_id, id, sync_seq, status, created, state)
     select $1, id, $2, status, to_timestamp(created), state
       from unnest($3::text[], $4::text[], $5::float8[], $6::jsonb[]) as t(id, status, created, state)
     on conflict (org_id, id) do update
       set sync_seq = excluded.sync_seq, status = excluded.status, state = excluded.state
     where stripe_subscriptions.sync_seq < excluded.sync_seq`,
    [
      tx.orgId,
      seq,
      states.map(({ id }) => id),
      states.map(({ status }) => status),
      states.map(({ created }) => created),
      states.map((state) => JSON.stringify(state)),
    ],
  );
}

export async function saveInvoices(tx: Tx, seq: string, invoices: readonly InvoiceState[]): Promise<void> {
  await tx.query(
    `insert into stripe_invoices (org_id, id, sync_seq, status, created, state)
     select $1, t->>'id', $2, t->>'status', to_timestamp((t->>'created')::float8), t
       from jsonb_array_elements($3::jsonb) as t
     on conflict (org_id, id) do update
       set sync_seq = excluded.sync_seq, status = excluded.status, state = excluded.state
     where stripe_invoices.sync_seq < excluded.sync_seq`,
    [tx.orgId, seq, JSON.stringify(invoices)],
  );
}

/** Drafts that were deleted at Stripe: not there, though as new as what is. Answers which. */
export async function dropGoneDrafts(tx: Tx, seq: string, since: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `delete from stripe_invoices where org_id = $1 and sync_seq < $2 and status = 'draft' and created >= to_timestamp($3)
     returning id`,
    [tx.orgId, seq, since],
  );
  return rows.map(({ id }) => id);
}

/** Answers those that were not known. */
export async function insertFacts(tx: Tx, facts: readonly Fact[]): Promise<Fact[]> {
  const rows = await tx.query<{ key: string }>(
    `insert into stripe_facts (org_id, key, kind, at, data)
     select $1, t->>'key', t->>'kind', to_timestamp((t->>'at')::float8), t->'data'
       from jsonb_array_elements($2::jsonb) as t
     on conflict (org_id, key) do nothing returning key`,
    [tx.orgId, JSON.stringify(facts)],
  );
  const fresh = new Set(rows.map(({ key }) => key));
  return facts.filter(({ key }) => fresh.has(key));
}

export async function storedInvoices(tx: Tx): Promise<InvoiceState[]> {
  const rows = await tx.query<{ state: InvoiceState }>('select state from stripe_invoices where org_id = $1', [
    tx.orgId,
  ]);
  return rows.map(({ state }) => state);
}

export async function saveDrifts(tx: Tx, drifts: readonly Drift[]): Promise<void> {
  for (const { what, ours, theirs } of drifts) {
    await tx.query(
      'insert into stripe_drifts (org_id, id, what, ours, theirs) values ($1, $2, $3, $4::jsonb, $5::jsonb)',
      [tx.orgId, newId(), what, JSON.stringify(ours ?? null), JSON.stringify(theirs ?? null)],
    );
  }
}

export async function expireDrifts(tx: Tx, days: number, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from stripe_drifts where (org_id, id) in (
       select org_id, id from stripe_drifts where found_at < now() - $1 * interval '1 day' limit $2) returning id`,
    [days, limit],
  );
  return rows.length;
}
