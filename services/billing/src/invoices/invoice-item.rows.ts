import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { requireNoDemo } from '../kernel/demo.rows.ts';
import { ITEM_COLUMNS, type ItemRow } from './invoice.rows.ts';
import type { LineUsage } from './line-usage.rules.ts';

export interface NewItem {
  /** Says what is charged: the same effect is charged once. */
  effectKey: string;
  product: string | null;
  /** `plan:pro`, `addon:explain_pro`, `usage:api_calls`, `charge:…` */
  item: string;
  description: string;
  /** A number, or exact decimal text. */
  quantity: number | string;
  currency: string;
  amountMinor: bigint;
  /** What a coupon takes from it, not below zero. */
  discountMinor?: bigint | undefined;
  periodStart: string;
  periodEnd: string;
  by: string;
  reason?: string | undefined;
  usage?: LineUsage;
}

/** Adds what is not charged yet; it waits for the next invoice. Returns how many were new. */
export async function addItems(tx: Tx, orgId: string, items: readonly NewItem[]): Promise<number> {
  await requireNoDemo(tx, orgId);
  let added = 0;
  for (const item of items) {
    const row = await tx.one(
      `insert into invoice_items (org_id, id, effect_key, product, item, description, quantity, currency, amount_minor,
                                  period_start, period_end, changed_by, reason, usage, discount_minor)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15)
       on conflict (org_id, effect_key) do nothing
       returning id`,
      [
        orgId,
        newId(),
        item.effectKey,
        item.product,
        item.item,
        item.description,
        item.quantity,
        item.currency,
        item.amountMinor,
        item.periodStart,
        item.periodEnd,
        item.by,
        item.reason ?? null,
        item.usage ? JSON.stringify(item.usage) : null,
        item.discountMinor ?? 0n,
      ],
    );
    if (row) added += 1;
  }
  return added;
}

/** Those of the effects that are charged already. */
export async function findCharged(tx: Tx, orgId: string, effectKeys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ effect_key: string }>(
    'select effect_key from invoice_items where org_id = $1 and effect_key = any ($2::text[])',
    [orgId, effectKeys],
  );
  return new Set(rows.map((row) => row.effect_key));
}

/** What waits for an invoice, in the order in which it came. */
export const findWaiting = (tx: Tx, orgId: string): Promise<ItemRow[]> =>
  tx.query<ItemRow>(
    `select ${ITEM_COLUMNS} from invoice_items where org_id = $1 and invoice_id is null order by created_at, id`,
    [orgId],
  );

export async function putOnInvoice(
  tx: Tx,
  orgId: string,
  invoiceId: string,
  items: readonly { id: string; tax: bigint }[],
): Promise<void> {
  await tx.query(
    `update invoice_items i set invoice_id = $2, tax_minor = t.tax from unnest($3::uuid[], $4::bigint[]) as t(id, tax)
      where i.org_id = $1 and i.id = t.id`,
    [orgId, invoiceId, items.map(({ id }) => id), items.map(({ tax }) => tax)],
  );
}

export interface DiscountedCharge {
  item: string;
  discount_minor: string;
  period_start: Date;
  period_end: Date;
}

/** The last charge of each item for the time up to an instant, with what a coupon took from it. */
export const findLastCharges = (tx: Tx, orgId: string, product: string, end: Date): Promise<DiscountedCharge[]> =>
  tx.query<DiscountedCharge>(
    `select distinct on (item) item, discount_minor, period_start, period_end from invoice_items
      where org_id = $1 and product = $2 and period_end = $3 and period_start < period_end and amount_minor > 0
      order by item, created_at desc, period_start desc, id desc`,
    [orgId, product, end],
  );
