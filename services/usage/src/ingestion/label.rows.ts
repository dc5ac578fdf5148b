import type { Tx } from '@tidegate/database/tx';
import { arrayText } from '../kernel/array-literal.ts';
import type { Labels } from '../meters/dimensions.rules.ts';

/** Combinations of one meter. */
export interface Combination {
  meter: string;
  /** A day of UTC. */
  day: string;
  labels: Labels;
}

/** Which of these are known already, by their index, and how many there are on each of these days. */
export async function findCombinations(
  tx: Tx,
  orgId: string,
  asked: readonly Combination[],
): Promise<{ known: Set<number>; counts: Map<string, number> }> {
  const rows = await tx.query<{ n: number; known: boolean; count: number }>(
    `select t.n::int as n,
            exists (select from usage_labels l where l.org_id = $1 and l.meter = t.meter and l.day = t.day
                       and l.labels = t.labels::text[]) as known,
            (select count(*)::int from usage_labels l
              where l.org_id = $1 and l.meter = t.meter and l.day = t.day) as count
       from unnest($2::text[], $3::date[], $4::text[]) with ordinality as t(meter, day, labels, n)`,
    [orgId, ...columns(asked)],
  );
  const counts = new Map<string, number>();
  for (const { n, count } of rows) {
    const one = asked[n - 1];
    if (one) counts.set(dayOf(one), count);
  }
  return { known: new Set(rows.filter(({ known }) => known).map(({ n }) => n - 1)), counts };
}

export const dayOf = ({ meter, day }: Pick<Combination, 'meter' | 'day'>): string => `${meter} ${day}`;

export async function insertCombinations(tx: Tx, orgId: string, fresh: readonly Combination[]): Promise<void> {
  if (fresh.length === 0) return;
  await tx.query(
    `insert into usage_labels (org_id, meter, day, labels)
     select $1, t.meter, t.day, t.labels::text[] from unnest($2::text[], $3::date[], $4::text[]) as t(meter, day, labels)
     on conflict do nothing`,
    [orgId, ...columns(fresh)],
  );
}

const columns = (some: readonly Combination[]): unknown[] => [
  some.map(({ meter }) => meter),
  some.map(({ day }) => day),
  some.map(({ labels }) => arrayText(labels)),
];

/** Of days into which no event can fall any more. */
export async function expireCombinations(tx: Tx, days: number): Promise<void> {
  await tx.query('delete from usage_labels where day < current_date - $1::int', [days]);
}

/** Sums by combination are kept as long as the events that they group. */
export async function expireLabelHours(tx: Tx, days: number): Promise<void> {
  await tx.query("delete from usage_label_hours where hour < now() - $1::int * interval '1 day'", [days]);
}
