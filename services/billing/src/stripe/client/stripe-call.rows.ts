import type { Tx } from '@tidegate/database/tx';

export interface StripeCallRow {
  key: string;
  params_hash: string;
  refusals: number;
  state: 'started' | 'done' | 'refused';
  response_id: string | null;
  started_at: Date;
}

/** Stores the call unless it is stored already, and answers what is stored. */
export async function beginCall(
  tx: Tx,
  call: { key: string; operation: string; paramsHash: string },
): Promise<StripeCallRow> {
  const row = await tx.one<StripeCallRow>(
    `insert into stripe_calls (org_id, key, operation, params_hash, state) values ($1, $2, $3, $4, 'started')
     on conflict (org_id, key) do update
       set state = case when stripe_calls.state = 'refused' then 'started' else stripe_calls.state end,
           params_hash = case when stripe_calls.state = 'refused' then excluded.params_hash else stripe_calls.params_hash end,
           started_at = case when stripe_calls.state = 'refused' then now() else stripe_calls.started_at end
     returning key, params_hash, refusals, state, response_id, started_at`,
    [tx.orgId, call.key, call.operation, call.paramsHash],
  );
  return row as StripeCallRow;
}

export async function callDone(tx: Tx, key: string, responseId: string): Promise<void> {
  await tx.query(
    `update stripe_calls set state = 'done', response_id = $3, error = null, finished_at = now()
      where org_id = $1 and key = $2`,
    [tx.orgId, key, responseId],
  );
}

/** Nothing was made; the next attempt is another call with another key. */
export async function callRefused(tx: Tx, key: string, error: string): Promise<void> {
  await tx.query(
    `update stripe_calls set state = 'refused', refusals = refusals + 1, error = $3, finished_at = now()
      where org_id = $1 and key = $2 and state = 'started'`,
    [tx.orgId, key, error],
  );
}

/** The organisation's calls of an operation in the last day whose keys begin so, the newest first. */
export const callsLike = (tx: Tx, prefix: string, operation: string): Promise<StripeCallRow[]> =>
  tx.query<StripeCallRow>(
    `select key, params_hash, refusals, state, response_id, started_at from stripe_calls
      where org_id = $1 and starts_with(key, $2) and operation = $3 and started_at > now() - interval '25 hours'
      order by started_at desc, key desc limit 50`,
    [tx.orgId, prefix, operation],
  );

/** The newest of them, however old. */
export const lastCallLike = (tx: Tx, prefix: string, operation: string): Promise<StripeCallRow | undefined> =>
  tx.one<StripeCallRow>(
    `select key, params_hash, refusals, state, response_id, started_at from stripe_calls
      where org_id = $1 and starts_with(key, $2) and operation = $3 order by started_at desc, key desc limit 1`,
    [tx.orgId, prefix, operation],
  );

/** Stripe has forgotten their keys long ago. Customers keep theirs: there is one call for each. */
export async function expireCalls(tx: Tx, days: number, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from stripe_calls where (org_id, key) in (
       select org_id, key from stripe_calls where started_at < now() - $1 * interval '1 day'
          and operation <> 'customers.create' limit $2) returning key`,
    [days, limit],
  );
  return rows.length;
}

export const isBegun = async (tx: Tx, key: string): Promise<boolean> =>
  (await tx.one('select 1 from stripe_calls where org_id = $1 and key = $2', [tx.orgId, key])) !== undefined;

/** What a call has made, as far as its answer was stored. */
export async function responseOf(tx: Tx, key: string): Promise<string | null> {
  const row = await tx.one<Pick<StripeCallRow, 'response_id'>>(
    'select response_id from stripe_calls where org_id = $1 and key = $2',
    [tx.orgId, key],
  );
  return row?.response_id ?? null;
}
