import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export interface BalanceChange {
  effectKey: string;
  currency: string;
  /** Above zero: more to the organisation's credit. */
  amountMinor: bigint;
  reason: string;
  by: string;
  invoiceId: string;
}

/** What the organisation has to its credit. The account must be locked. */
export async function findBalance(tx: Tx, orgId: string, currency: string): Promise<bigint> {
  const row = await tx.one<{ balance: string }>(
    'select coalesce(sum(amount_minor), 0) as balance from balance_changes where org_id = $1 and currency = $2',
    [orgId, currency],
  );
  return BigInt(row?.balance ?? 0);
}

/** By currency, those that are not zero. */
export async function findBalances(tx: Tx, orgId: string): Promise<{ currency: string; amountMinor: number }[]> {
  const rows = await tx.query<{ currency: string; balance: string }>(
    `select currency, sum(amount_minor) as balance from balance_changes where org_id = $1
      group by currency having sum(amount_minor) <> 0 order by currency`,
    [orgId],
  );
  return rows.map(({ currency, balance }) => ({ currency, amountMinor: Number(balance) }));
}

/** Returns false when this change was made before. */
export async function changeBalance(tx: Tx, orgId: string, change: BalanceChange): Promise<boolean> {
  const row = await tx.one(
    `insert into balance_changes (org_id, id, effect_key, currency, amount_minor, reason, changed_by, invoice_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (org_id, effect_key) do nothing returning id`,
    [orgId, newId(), change.effectKey, change.currency, change.amountMinor, change.reason, change.by, change.invoiceId],
  );
  return row !== undefined;
}

/** What is left to pay of invoices that were issued, whoever collects it, by currency. */
export async function findOwed(tx: Tx, orgId: string): Promise<{ currency: string; dueMinor: number }[]> {
  const rows = await tx.query<{ currency: string; due: string }>(
    `select currency, sum(due_minor) as due from invoices where org_id = $1 and status = 'open' and due_minor > 0
      group by currency order by currency`,
    [orgId],
  );
  return rows.map(({ currency, due }) => ({ currency, dueMinor: Number(due) }));
}
