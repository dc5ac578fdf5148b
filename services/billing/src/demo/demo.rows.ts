import type { InvoiceCustomer } from '@tidegate/contracts/billing/invoices';
import type { Tx } from '@tidegate/database/tx';
import { described } from '../kernel/change.rows.ts';
import type { Subscription } from '../kernel/subscription.rules.ts';
import type { Line } from './made-up.rules.ts';

/** What is written anew by each fill. What it has of products is replaced where it stands. */
export async function clearStory(tx: Tx): Promise<void> {
  for (const table of ['invoice_items', 'invoices', 'subscription_changes', 'period_steps'])
    await tx.query(`delete from ${table} where org_id = $1`, [tx.orgId]);
}

/** Where its periods began when it was filled before. */
export async function findBegin(tx: Tx): Promise<Date | undefined> {
  const row = await tx.one<{ period_start: Date }>(
    "select min(period_start) as period_start from invoices where org_id = $1 and provider = 'demo'",
    [tx.orgId],
  );
  return row?.period_start ?? undefined;
}

export const insertChange = (
  tx: Tx,
  change: { id: string; at: Date; action: string; before: Subscription | undefined; after: Subscription },
): Promise<unknown> =>
  tx.query(
    `insert into subscription_changes (org_id, id, product, action, changed_at, changed_by, reason, before, after)
     values ($1, $2, $3, $4, $5, 'demo', 'Made up', $6::jsonb, $7::jsonb)`,
    [
      tx.orgId,
      change.id,
      change.after.product,
      change.action,
      change.at,
      change.before ? JSON.stringify(described(change.before)) : null,
      JSON.stringify(described(change.after)),
    ],
  );

export interface MadeUpInvoice {
  id: string;
  number: string;
  paid: boolean;
  currency: string;
  start: Date;
  end: Date;
  customer: InvoiceCustomer;
  lines: readonly (Line & { id: string })[];
}

const DUE_DAYS = 30;

/** Its provider says what it is: no invoice of ours, in no list of the operator, and never due. */
export async function insertMadeUp(tx: Tx, invoice: MadeUpInvoice): Promise<void> {
  const { id, start, end, currency, lines } = invoice;
  const total = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  await tx.query(
    `insert into invoices (org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, total_minor,
                           due_minor, period_start, period_end, issued_at, due_at, paid_at, created_at, customer)
     values ($1, $2, 'demo', $3, $4, $5, $6, 0, $6, $7, $8::timestamptz, $9, $8, $8::timestamptz + make_interval(days => ${DUE_DAYS}),
             case when $4 = 'paid' then $8::timestamptz + interval '6 days' end, $8, $10::jsonb)`,
    [
      tx.orgId,
      id,
      invoice.number,
      invoice.paid ? 'paid' : 'open',
      currency,
      total,
      invoice.paid ? 0 : total,
      start,
      end,
      JSON.stringify(invoice.customer),
    ],
  );
  for (const line of lines) {
    await tx.query(
      `insert into invoice_items (org_id, id, effect_key, product, item, description, quantity, currency, amount_minor,
                                  period_start, period_end, changed_by, created_at, invoice_id)
       values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, 'demo', $9, $11)`,
      [
        tx.orgId,
        line.id,
        `demo:${invoice.number}:${line.item}:${line.product}`,
        line.product,
        line.item,
        line.description,
        currency,
        line.amountMinor,
        start,
        end,
        id,
      ],
    );
  }
}
