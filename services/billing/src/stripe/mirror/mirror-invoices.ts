import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { invoiceCredited, invoiceIssued, invoicePaid, invoiceVoided } from '@tidegate/contracts/billing/invoices';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { findInvoice, fixCurrency, lockAccount, toWire } from '../../invoices/invoice.rows.ts';
import { readLookupKey } from '../prices/lookup-key.rules.ts';
import { priceKeys } from '../prices/stripe-price.rows.ts';
import type { Fact, FactKind } from './facts.rules.ts';
import type { InvoiceState } from './invoice-state.rules.ts';
import { dropGoneDrafts, saveInvoices, storedInvoices } from './mirror.rows.ts';
import { hideInvoices, idOfShown, showInvoice, showLines } from './shown-invoice.rows.ts';
import { shownLine } from './shown-line.rules.ts';
import { closePeriods } from './usage-period.rows.ts';

const EVENTS: Partial<Record<FactKind, typeof invoicePaid>> = {
  invoice_issued: invoiceIssued,
  invoice_paid: invoicePaid,
  invoice_voided: invoiceVoided,
};

/** Stripe's invoices stand in one list with our own, which is read without asking Stripe. */
@Injectable()
export class MirrorInvoices {
  constructor(private readonly outbox: Outbox) {}

  async store(tx: Tx, seq: string, livemode: boolean, invoices: readonly InvoiceState[]): Promise<void> {
    const before = new Map((await storedInvoices(tx)).map((one) => [one.id, one]));
    await saveInvoices(tx, seq, invoices);
    const gone = await dropGoneDrafts(tx, seq, invoices.at(-1)?.created ?? 0);
    if (gone.length > 0) await hideInvoices(tx, gone);
    const changed = invoices.filter((one) => !isDeepStrictEqual(one, before.get(one.id)));
    if (changed.length === 0) return;
    await lockAccount(tx, tx.orgId as string);
    const prices = changed.flatMap(({ lines }) => lines.flatMap(({ priceId }) => priceId ?? []));
    const keys = await priceKeys(tx, livemode, [...new Set(prices)]);
    await closePeriods(
      tx,
      changed.filter(isFinal).flatMap((invoice) => chargedByUse(invoice, keys)),
    );
    for (const invoice of changed) {
      const id = await showInvoice(tx, seq, invoice);
      const lines = invoice.lines.map((line) => shownLine(line, keys));
      if (id) await showLines(tx, { id, ref: invoice.id, currency: invoice.currency }, lines);
      if (invoice.status === 'paid' && invoice.total > 0) await fixCurrency(tx, tx.orgId as string, invoice.currency);
    }
  }

  /** What others wait for: notices, operators' figures. */
  async announce(tx: Tx, facts: readonly Fact[]): Promise<void> {
    for (const { kind, data } of facts) {
      const event = kind === 'credited' && data['status'] !== 'void' ? invoiceCredited : EVENTS[kind];
      const id = event && (await idOfShown(tx, String(data['invoice'])));
      const row = id && (await findInvoice(tx, id));
      if (!event || !row) continue;
      await this.outbox.emit(tx, event, { orgId: tx.orgId as string, invoice: toWire(row), by: 'stripe' });
    }
  }
}

const isFinal = ({ status }: InvoiceState): boolean => status !== 'draft';

/** What it charged by use, of periods that were over when it was made. */
function chargedByUse({ lines, created }: InvoiceState, keys: ReadonlyMap<string, string>) {
  return lines.flatMap(({ priceId, periodStart, periodEnd, quantity, exactQuantity, proration }) => {
    const sold = readLookupKey(keys.get(priceId ?? '') ?? '');
    if (!priceId || sold?.kind !== 'usage' || proration || periodEnd > created) return [];
    return [{ priceId, periodStart, periodEnd, quantity: exactQuantity ?? String(quantity ?? 0) }];
  });
}
