import { Controller } from '@nestjs/common';
import {
  creditInvoice,
  extendInvoice,
  type InvoiceStatus,
  invoiceCredited,
  invoiceExtended,
  invoiceNotPayable,
  invoiceOfProvider,
  invoicePaid,
  invoiceVoided,
  payInvoice,
  voidInvoice,
} from '@tidegate/contracts/billing/invoices';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { settleOrders } from '../credits/settle-orders.ts';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';
import { makeDue } from '../entitlements/entitlements.rows.ts';
import { changedBy, lockBilling } from '../kernel/subscription.rows.ts';
import { changeBalance } from './balance.rows.ts';
import { extendInvoice as extendDue, type InvoiceRow, lockInvoice, toWire, updateInvoice } from './invoice.rows.ts';
import { credit } from './invoice.rules.ts';
import { recordChange } from './invoice-change.rows.ts';

const MOST_AHEAD_MS = 366 * 86_400_000;

type Refusals = Refuse<typeof invoiceNotPayable | typeof invoiceOfProvider>;

/** What operators do to our own invoices by hand. Each is safe to repeat, and says who did it and why. */
@Controller()
export class ChangeInvoices {
  constructor(private readonly wakes: Wakes) {}

  @Handles(payInvoice)
  async pay({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof payInvoice>) {
    const { organisationId: orgId, reason } = input;
    const { tx, invoice } = await this.open(operator, orgId, input.invoiceId);
    if (invoice.status === 'paid') return toWire(invoice);
    requireStatus(refuse, invoice, ['open', 'uncollectible']);
    const by = changedBy(caller);
    const amountMinor = BigInt(invoice.due_minor);
    await recordChange(tx, orgId, {
      invoiceId: invoice.id,
      effectKey: `pay:${invoice.id}`,
      change: 'paid',
      amountMinor,
      reason,
      by,
    });
    const credited = BigInt(invoice.credited_minor);
    const paid = toWire(await updateInvoice(tx, { id: invoice.id, status: 'paid', due: 0n, credited }));
    await settleOrders(tx, emit, { orgId, invoiceId: invoice.id, by }, 'paid');
    await emit(invoicePaid, { orgId, invoice: paid, by }, { orgId });
    return paid;
  }

  @Handles(voidInvoice)
  async void({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof voidInvoice>) {
    const { organisationId: orgId, reason } = input;
    const { tx, invoice } = await this.open(operator, orgId, input.invoiceId);
    if (invoice.status === 'void') return toWire(invoice);
    requireStatus(refuse, invoice, ['open', 'uncollectible']);
    const by = changedBy(caller);
    const effectKey = `void:${invoice.id}`;
    const [returned, amountMinor] = [BigInt(invoice.from_balance_minor), BigInt(invoice.due_minor)];
    if (returned !== 0n) await this.toBalance(tx, invoice, { effectKey, amountMinor: returned, reason, by });
    await recordChange(tx, orgId, { invoiceId: invoice.id, effectKey, change: 'voided', amountMinor, reason, by });
    const credited = BigInt(invoice.credited_minor);
    const voided = toWire(await updateInvoice(tx, { id: invoice.id, status: 'void', due: 0n, credited }));
    await settleOrders(tx, emit, { orgId, invoiceId: invoice.id, by }, 'withdrawn');
    await emit(invoiceVoided, { orgId, invoice: voided, by }, { orgId });
    return voided;
  }

  @Handles(creditInvoice)
  async credit({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof creditInvoice>) {
    const { organisationId: orgId, reason } = input;
    const { tx, invoice } = await this.open(operator, orgId, input.invoiceId);
    requireStatus(refuse, invoice, ['open', 'paid', 'uncollectible']);
    const [by, amountMinor] = [changedBy(caller), BigInt(input.amountMinor)];
    const effectKey = `credit:${invoice.id}:${input.creditKey}`;
    const change = { invoiceId: invoice.id, effectKey, change: 'credited', amountMinor, reason, by } as const;
    if (!(await recordChange(tx, orgId, change))) return toWire(invoice);
    const owed = {
      total: BigInt(invoice.total_minor),
      credited: BigInt(invoice.credited_minor),
      due: BigInt(invoice.due_minor),
    };
    const result = credit(owed, amountMinor);
    if (!result) {
      const left = owed.total - owed.credited;
      throw invalid('/amountMinor', 'too_large', 'At most {left} can be taken back: the rest was credited before.', {
        left: String(left),
      });
    }
    if (result.returned > 0n && !input.refunded) {
      await this.toBalance(tx, invoice, { effectKey, amountMinor: result.returned, reason, by });
    }
    const credited = toWire(
      await updateInvoice(tx, {
        id: invoice.id,
        status: result.due === 0n ? 'paid' : invoice.status,
        due: result.due,
        credited: owed.credited + amountMinor,
      }),
    );
    // What was credited to the last cent was never paid for; a part of it settles what is left.
    if (invoice.status !== 'paid' && result.due === 0n) {
      const outcome = owed.credited + amountMinor === owed.total ? 'withdrawn' : 'paid';
      await settleOrders(tx, emit, { orgId, invoiceId: invoice.id, by }, outcome);
    }
    await emit(invoiceCredited, { orgId, invoice: credited, by }, { orgId });
    return credited;
  }

  @Handles(extendInvoice)
  async extend({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof extendInvoice>) {
    const { organisationId: orgId, reason } = input;
    const { tx, invoice, at } = await this.open(operator, orgId, input.invoiceId);
    requireStatus(refuse, invoice, ['open']);
    const dueAt = Date.parse(input.dueAt);
    if (dueAt === invoice.due_at?.getTime()) return toWire(invoice);
    if (dueAt <= at || dueAt > at + MOST_AHEAD_MS) {
      throw invalid('/dueAt', 'out_of_range', 'Give an instant in the future, within a year.');
    }
    const by = changedBy(caller);
    const effectKey = `extend:${invoice.id}:${new Date(at).toISOString()}`;
    await recordChange(tx, orgId, {
      invoiceId: invoice.id,
      effectKey,
      change: 'extended',
      amountMinor: 0n,
      reason,
      by,
    });
    const extended = toWire(await extendDue(tx, { id: invoice.id, dueAt, at }));
    await emit(invoiceExtended, { orgId, invoice: extended, by }, { orgId });
    return extended;
  }

  /**
   * In the order in which everything takes them, the organisation's lock before the account's: what follows for
   * subscriptions is carried out after the commit, by the loop that is woken.
   */
  private async open(operator: Tx, orgId: string, invoiceId: string) {
    const tx = operator.as({ orgId });
    const at = await lockBilling(tx, orgId);
    const invoice = orNotFound(await lockInvoice(tx, invoiceId));
    await makeDue(tx, orgId, at);
    tx.onCommit(() => this.wakes.wake(DUE_CHANGES));
    return { tx, invoice, at };
  }

  private toBalance(
    tx: Parameters<typeof changeBalance>[0],
    { org_id, id, currency }: InvoiceRow,
    change: { effectKey: string; amountMinor: bigint; reason: string; by: string },
  ): Promise<boolean> {
    return changeBalance(tx, org_id, { ...change, currency, invoiceId: id });
  }
}

/** Throws unless the invoice is one of our own in one of these states. */
function requireStatus(refuse: Refusals, { provider, status }: InvoiceRow, allowed: readonly InvoiceStatus[]): void {
  if (provider !== 'manual') throw refuse(invoiceOfProvider, { provider });
  if (!allowed.includes(status))
    throw refuse(invoiceNotPayable, { invoiceStatus: status }, `The invoice is ${status}.`);
}
