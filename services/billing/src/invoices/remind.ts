import { invoiceReminder } from '@tidegate/contracts/billing/invoices';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { consequences, type DunningTerms } from '../kernel/dunning.rules.ts';
import { findToRemind, saveReminder, toWire } from './invoice.rows.ts';
import { reminderAt } from './reminder.rules.ts';

/** Reminds of own invoices that are open, each once for each day that is set. Needs the organisation's lock. */
export async function remind(
  { tx, emit, orgId }: { tx: Tx; emit: Emit; orgId: string },
  at: number,
  { days, ...terms }: DunningTerms & { days: readonly number[] },
): Promise<void> {
  for (const invoice of await findToRemind(tx, orgId, at)) {
    const dueAt = invoice.due_at.getTime();
    const { day, nextAt } = reminderAt(days, { dueAt, remindedAt: invoice.reminded_at.getTime() }, at);
    await saveReminder(tx, orgId, invoice.id, { remindedAt: at, remindAt: nextAt });
    if (day === undefined) continue;
    const { graceUntil, unpaidAt } = consequences(dueAt, terms);
    const follows = { readOnlyAt: iso(graceUntil), unpaidAt: iso(unpaidAt) };
    const fact = { orgId, invoice: toWire(invoice), by: 'schedule', daysOverdue: day, ...follows };
    await emit(invoiceReminder, fact, { orgId });
  }
}

const iso = (at: number): string => new Date(at).toISOString();
