import type { Tx } from '@tidegate/database/tx';

interface ChargedRow {
  org_id: string;
  product: string | null;
  minor: string;
}

/** What use and packages were charged for, by organisation and product. */
export type ChargedUsage = ReadonlyMap<string, ReadonlyMap<string | null, number>>;

/**
 * In minor units of the currency, after discounts: what stands on invoices that were issued in the time, but for those that
 * are void, and what waits for one since. Needs to see all organisations.
 */
export async function chargedUsage(
  tx: Tx,
  { from, to, currency, orgId }: { from: number; to: number; currency: string; orgId?: string | undefined },
): Promise<ChargedUsage> {
  const rows = await tx.query<ChargedRow>(
    `select l.org_id, l.product, sum(l.amount_minor - l.discount_minor) as minor
       from invoice_items l left join invoices i on (i.org_id, i.id) = (l.org_id, l.invoice_id)
      where (l.item like 'usage:%' or l.item like 'package:%') and l.currency = $3 and ($4::uuid is null or l.org_id = $4)
        and i.status is distinct from 'void' and i.provider is distinct from 'demo'
        and coalesce(i.issued_at, i.created_at, l.created_at) >= $1 and coalesce(i.issued_at, i.created_at, l.created_at) < $2
      group by l.org_id, l.product`,
    [new Date(from), new Date(to), currency, orgId ?? null],
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.org_id)].map(([org, own]) => [
      org,
      new Map(own.map(({ product, minor }) => [product, Number(minor)])),
    ]),
  );
}
