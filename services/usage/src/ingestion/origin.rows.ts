import type { Tx } from '@tidegate/database/tx';
import { arrayText, plain, quoted } from '../kernel/array-literal.ts';

export interface Main {
  org_id: string;
  meter: string;
  source: string;
}

/** The main sources of these meters of organisations, as far as they have one. */
export const findMains = (tx: Tx, asked: readonly Main[]): Promise<Main[]> =>
  tx.query<Main>(
    `select s.org_id, s.meter, s.source
       from unnest($1::uuid[], $2::text[]) as t(org_id, meter)
            join usage_sources s on s.org_id = t.org_id and s.meter = t.meter`,
    [plain(asked, (one) => one.org_id), plain(asked, (one) => one.meter)],
  );

/** The first source becomes the main one for good. What was counted before this hour by a version that
 * knew no sources is of none. */
export async function insertMains(tx: Tx, fresh: readonly Main[]): Promise<void> {
  await tx.query(
    `insert into usage_sources (org_id, meter, source, since)
     select t.org_id, t.meter, t.source,
            case when exists (select from usage_hours h where h.org_id = t.org_id and h.meter = t.meter)
              then date_trunc('hour', now(), 'UTC') end
       from unnest($1::uuid[], $2::text[], $3::text[]) as t(org_id, meter, source) order by 1, 2
     on conflict do nothing`,
    [plain(fresh, (one) => one.org_id), plain(fresh, (one) => one.meter), quoted(fresh, (one) => one.source)],
  );
}

/** A source and a key ('' for none) on a day (UTC) of a meter. */
export interface Origin {
  org: string;
  meter: string;
  day: string;
  origin: readonly [source: string, key: string];
}

/** Which of these are counted apart already, by their index. */
export async function findOrigins(tx: Tx, asked: readonly Origin[]): Promise<Set<number>> {
  const rows = await tx.query<{ n: number }>(
    `select t.n::int as n
       from unnest($1::uuid[], $2::text[], $3::date[], $4::text[]) with ordinality as t(org_id, meter, day, origin, n)
      where exists (select from usage_origins o where o.org_id = t.org_id and o.meter = t.meter and o.day = t.day
                       and o.origin = t.origin::text[])`,
    columns(asked),
  );
  return new Set(rows.map(({ n }) => n - 1));
}

/** Those for which their day has room. They must be sorted, and not be there yet. */
export async function insertOrigins(tx: Tx, fresh: readonly Origin[], most: number): Promise<void> {
  await tx.query(
    `with asked as (
       select *, row_number() over (partition by org_id, meter, day order by n) as place
         from unnest($1::uuid[], $2::text[], $3::date[], $4::text[]) with ordinality as t(org_id, meter, day, origin, n)),
     days as materialized (
       select d.*, (select count(*) from usage_origins o where o.org_id = d.org_id and o.meter = d.meter and o.day = d.day) as count
         from (select distinct org_id, meter, day from asked) as d)
     insert into usage_origins (org_id, meter, day, origin)
     select a.org_id, a.meter, a.day, a.origin::text[]
       from asked a join days d on d.org_id = a.org_id and d.meter = a.meter and d.day = a.day
      where d.count + a.place <= $5 order by a.n
     on conflict do nothing`,
    [...columns(fresh), most],
  );
}

const columns = (some: readonly Origin[]): unknown[] => [
  plain(some, ({ org }) => org),
  plain(some, ({ meter }) => meter),
  plain(some, ({ day }) => day),
  quoted(some, ({ origin }) => arrayText(origin)),
];

/** Kept as long as events, whose corrections are counted where the events were. */
export async function expireOrigins(tx: Tx, days: number): Promise<void> {
  await tx.query('delete from usage_origins where day < current_date - $1::int', [days]);
  await tx.query("delete from usage_origin_hours where hour < now() - $1::int * interval '1 day'", [days]);
}
