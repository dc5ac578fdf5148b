import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import type { LineUsage } from '../../invoices/line-usage.rules.ts';
import type { InvoiceState } from './invoice-state.rules.ts';
import type { ShownLine } from './shown-line.rules.ts';

/** Answers its id here, or undefined when a newer state is shown already. */
export async function showInvoice(tx: Tx, seq: string, invoice: InvoiceState): Promise<string | undefined> {
  const row = await tx.one<{ id: string }>(
    `insert into invoices (org_id, id, provider, provider_ref, number, status, currency, subtotal_minor, discount_minor,
            tax_minor, total_minor, from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at,
            paid_at, url, pdf_url, created_at, sync_seq)
     values ($1, $2, 'stripe', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, to_timestamp($14), to_timestamp($15),
             to_timestamp($16), to_timestamp($17), to_timestamp($18), $19, $20, to_timestamp($21), $22)
     on conflict (provider_ref) where provider_ref is not null do update
       set number = excluded.number, status = excluded.status, subtotal_minor = excluded.subtotal_minor,
           discount_minor = excluded.discount_minor, tax_minor = excluded.tax_minor, total_minor = excluded.total_minor,
           from_balance_minor = excluded.from_balance_minor, credited_minor = excluded.credited_minor,
           due_minor = excluded.due_minor, period_start = excluded.period_start, period_end = excluded.period_end,
           issued_at = excluded.issued_at, due_at = excluded.due_at, paid_at = excluded.paid_at, url = excluded.url,
           pdf_url = excluded.pdf_url, sync_seq = excluded.sync_seq
     where invoices.sync_seq < excluded.sync_seq
     returning id`,
    [
      tx.orgId,
      newId(),
      invoice.id,
      invoice.number,
      invoice.status,
      invoice.currency,
      invoice.subtotal,
      invoice.discount,
      invoice.tax,
      // Credits beyond the charges go to the balance, as with invoices of our own.
      Math.max(0, invoice.total),
      invoice.total < 0 ? invoice.total : Math.max(0, invoice.total - invoice.amountDue),
      invoice.credited,
      invoice.amountRemaining,
      invoice.periodStart,
      invoice.periodEnd,
      invoice.issuedAt,
      invoice.dueAt,
      invoice.paidAt,
      invoice.pageUrl,
      invoice.pdfUrl,
      invoice.created,
      seq,
    ],
  );
  return row?.id;
}

/** All of its lines, in place of those before. What is known of the use that a line charges stays known. */
export async function showLines(
  tx: Tx,
  { id, ref, currency }: { id: string; ref: string; currency: string },
  lines: readonly ShownLine[],
): Promise<void> {
  const known = await tx.query<KnownUsage>(
    `delete from invoice_items where org_id = $1 and invoice_id = $2
     returning item, extract(epoch from period_start)::float8 as start, extract(epoch from period_end)::float8 as stop, usage`,
    [tx.orgId, id],
  );
  const usageOf = ({ item, periodStart, periodEnd }: ShownLine) =>
    known.find((one) => one.item === item && one.start === periodStart && one.stop === periodEnd)?.usage ?? null;
  await tx.query(
    `insert into invoice_items (org_id, id, effect_key, product, item, description, quantity, currency, amount_minor,
            discount_minor, period_start, period_end, changed_by, invoice_id, usage)
     select $1, gen_random_uuid(), 'stripe:' || $3 || ':' || place, t->>'product', t->>'item', t->>'description',
            (t->>'quantity')::numeric, $4, (t->>'amount')::bigint, (t->>'discount')::bigint,
            to_timestamp((t->>'periodStart')::float8), to_timestamp((t->>'periodEnd')::float8), 'stripe', $2,
            nullif(t->'usage', 'null'::jsonb)
       from jsonb_array_elements($5::jsonb) with ordinality as l(t, place)`,
    [tx.orgId, id, ref, currency, JSON.stringify(lines.map((line) => ({ ...line, usage: usageOf(line) })))],
  );
}

interface KnownUsage {
  item: string;
  start: number;
  stop: number;
  usage: LineUsage | null;
}

export interface UsageLine {
  item: string;
  start: Date;
  end: Date;
}

/** Lines of usage that Stripe has charged lately, and whether they say what paid for the rest. */
export const findUsageLines = (tx: Tx): Promise<{ item: string; start: Date; explained: boolean }[]> =>
  tx.query(
    `select i.item, i.period_start as start, i.usage is not null as explained
       from invoice_items i join invoices v on v.org_id = i.org_id and v.id = i.invoice_id
      where i.org_id = $1 and v.provider = 'stripe' and starts_with(i.item, 'usage:')
        and i.period_end > now() - interval '40 days'`,
    [tx.orgId],
  );

/** What a line of usage is about, once it is known. */
export const saveLineUsage = (tx: Tx, { item, start, end }: UsageLine, usage: LineUsage): Promise<unknown> =>
  tx.query(
    `update invoice_items i set usage = $5::jsonb from invoices v
      where i.org_id = $1 and v.org_id = $1 and v.id = i.invoice_id and v.provider = 'stripe'
        and i.item = $2 and i.period_start = $3 and i.period_end = $4 and i.usage is distinct from $5::jsonb`,
    [tx.orgId, item, start, end, JSON.stringify(usage)],
  );

/** Drafts that are gone at Stripe. */
export async function hideInvoices(tx: Tx, refs: readonly string[]): Promise<void> {
  await tx.query(
    `delete from invoice_items where org_id = $1 and invoice_id in (
       select id from invoices where org_id = $1 and provider_ref = any ($2::text[]))`,
    [tx.orgId, refs],
  );
  await tx.query('delete from invoices where org_id = $1 and provider_ref = any ($2::text[])', [tx.orgId, refs]);
}

export const idOfShown = async (tx: Tx, ref: string): Promise<string | undefined> =>
  (await tx.one<{ id: string }>('select id from invoices where org_id = $1 and provider_ref = $2', [tx.orgId, ref]))
    ?.id;
