import { Injectable } from '@nestjs/common';
import { invoiceIssued, invoicePaid } from '@tidegate/contracts/billing/invoices';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { BillingConfig, sellerOf, taxTermsOf } from '../billing.config.ts';
import { settleOrders } from '../credits/settle-orders.ts';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';
import { makeDue } from '../entitlements/entitlements.rows.ts';
import { readClock } from '../kernel/subscription.rows.ts';
import { changeBalance, findBalance } from './balance.rows.ts';
import { findDetails } from './billing-details.rows.ts';
import { type InvoiceRow, insertInvoice, lockAccount, nextNumber, toWire } from './invoice.rows.ts';
import { totals } from './invoice.rules.ts';
import { findWaiting, putOnInvoice } from './invoice-item.rows.ts';
import { taxOf, taxOn } from './tax.rules.ts';

export interface Issue {
  orgId: string;
  by: string;
  /** Where nothing is owed, what waits goes on waiting: credits are put on an invoice with later charges. */
  onlyOwed?: boolean;
}

@Injectable()
export class IssueInvoice {
  constructor(
    private readonly config: BillingConfig,
    private readonly wakes: Wakes,
  ) {}

  /**
   * Puts everything that waits on one invoice and issues it; undefined when nothing does. Nothing can be charged twice: what
   * is on an invoice no longer waits. An organisation is billed in one currency.
   */
  async issue(tx: Tx, emit: Emit, { orgId, by, onlyOwed = false }: Issue): Promise<InvoiceRow | undefined> {
    const account = await lockAccount(tx, orgId);
    const waiting = await findWaiting(tx, orgId);
    const [first] = waiting;
    const customer = await findDetails(tx, orgId);
    const tax = taxOf(taxTermsOf(this.config), customer);
    const lines = waiting.map((item) => {
      const [amount, discount] = [BigInt(item.amount_minor), BigInt(item.discount_minor)];
      return { id: item.id, amount, discount, tax: taxOn(amount - discount, tax) };
    });
    if (!first || (onlyOwed && lines.reduce((sum, line) => sum + line.amount - line.discount, 0n) <= 0n))
      return undefined;
    const currency = account.currency ?? first.currency;
    const balance = await findBalance(tx, orgId, currency);
    const sums = totals(lines, balance);
    const issuedAt = await readClock(tx);
    const times = waiting.flatMap(({ period_start, period_end }) => [period_start.getTime(), period_end.getTime()]);
    const invoice = await insertInvoice(tx, {
      org_id: orgId,
      id: newId(),
      number: await nextNumber(tx, new Date(issuedAt).getUTCFullYear()),
      status: sums.due === 0n ? 'paid' : 'open',
      currency,
      ...sums,
      periodStart: new Date(Math.min(...times)).toISOString(),
      periodEnd: new Date(Math.max(...times)).toISOString(),
      issuedAt,
      customer,
      taxOfAll: tax,
      seller: sellerOf(this.config),
      dueDays: this.config.INVOICE_DUE_DAYS,
    });
    await putOnInvoice(tx, orgId, invoice.id, lines);
    if (sums.fromBalance !== 0n) {
      await changeBalance(tx, orgId, {
        effectKey: `invoice:${invoice.id}`,
        currency,
        amountMinor: -sums.fromBalance,
        reason: `Invoice ${invoice.number}`,
        by,
        invoiceId: invoice.id,
      });
    }
    await settleOrders(tx, emit, { orgId, invoiceId: invoice.id, by }, invoice.status === 'paid' ? 'paid' : 'issued');
    // Its due date and its reminders are among what comes next.
    await makeDue(tx, orgId, issuedAt);
    tx.onCommit(() => this.wakes.wake(DUE_CHANGES));
    await emit(invoiceIssued, { orgId, invoice: toWire(invoice), by }, { orgId });
    if (invoice.status === 'paid') await emit(invoicePaid, { orgId, invoice: toWire(invoice), by }, { orgId });
    return invoice;
  }
}
