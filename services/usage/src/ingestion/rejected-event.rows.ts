import { hash } from 'node:crypto';
import type { Input } from '@tidegate/contracts/kernel/operation';
import type { listRejectedUsage, RejectionCode } from '@tidegate/contracts/usage/usage';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface RejectedEvent {
  org: string;
  code: RejectionCode;
  message: string;
  /** The event as it came, JSON or not. */
  payload: string;
}

/** The owner of payloads that do not name one. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

const MAX_PAYLOAD = 10_000;

/** Stores what was not counted. The same event again only raises a counter, so that a resend loop cannot fill the table. */
export async function insertRejected(tx: Tx, events: readonly RejectedEvent[]): Promise<void> {
  const rows = new Map<string, RejectedEvent & { contentHash: string; times: number }>();
  for (const event of events) {
    const payload = storable(event.payload);
    const contentHash = hash('sha256', `${event.code}:${payload}`, 'hex').slice(0, 32);
    const key = `${event.org}${contentHash}`;
    rows.set(key, { ...event, payload, contentHash, times: (rows.get(key)?.times ?? 0) + 1 });
  }
  const sorted = [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  if (sorted.length === 0) return;
  await tx.query(
    `insert into rejected_events as r (org_id, content_hash, code, message, payload, times)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[])
     on conflict (org_id, content_hash) do update set times = r.times + excluded.times, last_at = now()`,
    [
      sorted.map((row) => row.org),
      sorted.map((row) => row.contentHash),
      sorted.map((row) => row.code),
      sorted.map((row) => row.message),
      sorted.map((row) => row.payload),
      sorted.map((row) => row.times),
    ],
  );
}

const DUE = `r.code in ('unknown_meter', 'unknown_organisation')
  and exists (select 1 from entitlement_snapshots a where a.org_id = r.org_id)
  and (r.code <> 'unknown_meter' or exists (select 1 from meters m where m.meter = r.payload::jsonb ->> 'meter'))`;

/** Organisations with parked events whose organisation and meter are known by now. */
export const findDue = (tx: Tx): Promise<{ org_id: string }[]> =>
  tx.query(`select distinct r.org_id from rejected_events r where ${DUE}`);

/** Removes those events of one organisation from the table and returns them. */
export async function takeParked(tx: Tx, orgId: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ payload: string }>(
    `with due as (
       select r.org_id, r.content_hash from rejected_events r where r.org_id = $1 and ${DUE}
        order by r.last_at limit $2 for update skip locked)
     delete from rejected_events r using due where r.org_id = due.org_id and r.content_hash = due.content_hash
     returning r.payload`,
    [orgId, limit],
  );
  return rows.map((row) => row.payload);
}

export interface RejectedRow {
  org_id: string;
  code: RejectionCode;
  message: string;
  payload: string;
  times: number;
  first_at: Date;
  last_at: Date;
  content_hash: string;
  place: string;
}

const SHOWN = `org_id, code, message, payload, times, first_at, last_at, content_hash,
            to_char(last_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`;

export const REJECTED_ORDERS = sorting<Input<typeof listRejectedUsage>['sort']>(
  { at: { key: 'last_at', as: 'time' }, times: { key: 'times', as: 'number' } },
  { column: 'content_hash', as: 'uuid' },
);

export function listRejected(tx: Tx, orgId: string, place: Place): Promise<(RejectedRow & SortedRow)[]> {
  const params: unknown[] = [orgId];
  return tx.query(`select ${SHOWN}, ${place.key} from rejected_events where org_id = $1 ${place.rest(params)}`, params);
}

export async function countRejected(tx: Tx, orgId: string): Promise<number> {
  const sql = 'select count(*)::int as total from rejected_events where org_id = $1';
  return (await tx.one<{ total: number }>(sql, [orgId]))?.total ?? 0;
}

/** The same of all organisations. Needs a transaction that sees them. */
export function listAllRejected(
  tx: Tx,
  limit: number,
  after: [place: string, contentHash: string, orgId: string] | undefined,
): Promise<RejectedRow[]> {
  return tx.query<RejectedRow>(
    `select ${SHOWN}
       from rejected_events
      where $2::timestamptz is null or last_at < $2 or (last_at = $2 and (content_hash, org_id) > ($3::uuid, $4::uuid))
      order by last_at desc, content_hash, org_id limit $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null],
  );
}

export async function expireRejected(tx: Tx, days: number): Promise<void> {
  await tx.query("delete from rejected_events where last_at < now() - $1::int * interval '1 day'", [days]);
}

/** Postgres cannot store NUL in text. */
const storable = (payload: string): string => payload.replaceAll('\u0000', '\uFFFD').slice(0, MAX_PAYLOAD);
