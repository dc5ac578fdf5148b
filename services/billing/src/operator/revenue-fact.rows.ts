import { NIL_ID } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import type { Fact } from './revenue.rules.ts';

const AT_ONCE = 5_000;

interface FactRow extends Omit<Fact, 'at' | 'mrrMinor'> {
  id: string;
  at: Date;
  mrr_minor: string;
}

/** The facts before an instant, of one customer after the other: however many there are, few are in memory. */
export async function eachCustomer(tx: Tx, before: number, take: (facts: Fact[]) => void): Promise<void> {
  let [customer, id] = [NIL_ID, '0'];
  let own: Fact[] = [];
  for (;;) {
    const rows = await tx.query<FactRow>(
      `select customer, id, at, product, plan, status, currency, mrr_minor from revenue_facts
        where (customer, id) > ($1::uuid, $2::bigint) and at < $3 order by customer, id limit ${AT_ONCE}`,
      [customer, id, new Date(before)],
    );
    for (const { id: _, at, mrr_minor, ...fact } of rows) {
      if (own[0] && own[0].customer !== fact.customer) {
        take(own);
        own = [];
      }
      own.push({ ...fact, at: at.getTime(), mrrMinor: Number(mrr_minor) });
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) break;
    [customer, id] = [last.customer, last.id];
  }
  if (own.length > 0) take(own);
}
