import type { InvoiceTax } from '@tidegate/contracts/billing/invoice-tax';
import type { InvoiceLine } from '@tidegate/contracts/billing/invoices';
import type { PreviewedInvoice } from '@tidegate/contracts/billing/preview';
import type { Tx } from '@tidegate/database/tx';
import { currencyOf } from '../kernel/currency.rows.ts';
import { findBalance } from './balance.rows.ts';
import { findDetails } from './billing-details.rows.ts';
import { toLine } from './invoice.rows.ts';
import { totals } from './invoice.rules.ts';
import { findCharged, findWaiting, type NewItem } from './invoice-item.rows.ts';
import { type TaxTerms, taxOf, taxOn } from './tax.rules.ts';

/** The invoices that an organisation would get, one after the other; nothing is written. */
export class Ahead {
  private constructor(
    private readonly tx: Tx,
    private readonly orgId: string,
    private readonly tax: InvoiceTax | null,
    private waiting: InvoiceLine[],
  ) {}

  /** What invoices that are previewed already leave of the balance. */
  private spent = 0n;

  static async read(tx: Tx, orgId: string, terms: TaxTerms | undefined): Promise<Ahead> {
    const tax = taxOf(terms, await findDetails(tx, orgId));
    return new Ahead(tx, orgId, tax, (await findWaiting(tx, orgId)).map(toLine));
  }

  /** With everything that waits for one. Nothing new gives none, and with `onlyOwed` credits wait for the next. */
  async add(
    given: readonly NewItem[],
    at: number,
    { onlyOwed }: { onlyOwed: boolean },
  ): Promise<PreviewedInvoice | null> {
    const { tx, orgId } = this;
    const [first] = given;
    if (!first) return null;
    const known = await findCharged(
      tx,
      orgId,
      given.map(({ effectKey }) => effectKey),
    );
    const items = given.filter(({ effectKey }) => !known.has(effectKey));
    this.waiting.push(...items.map(toPreview));
    const amounts = this.waiting.map((line) => {
      const [amount, discount] = [BigInt(line.amountMinor), BigInt(line.discountMinor)];
      return { amount, discount, tax: taxOn(amount - discount, this.tax) };
    });
    const sum = amounts.reduce((all, { amount, discount }) => all + amount - discount, 0n);
    if (items.length === 0 || (onlyOwed && sum <= 0n)) return null;
    const currency = (await currencyOf(tx, orgId)) ?? first.currency;
    const { tax, total, fromBalance, due } = totals(amounts, (await findBalance(tx, orgId, currency)) - this.spent);
    this.spent += fromBalance;
    const lines = this.waiting.map((line, at) => ({ ...line, taxMinor: Number(amounts[at]?.tax ?? 0n) }));
    this.waiting = [];
    return {
      at: new Date(at).toISOString(),
      currency,
      lines,
      taxMinor: Number(tax),
      tax: this.tax,
      totalMinor: Number(total),
      fromBalanceMinor: Number(fromBalance),
      dueMinor: Number(due),
    };
  }
}

const toPreview = ({
  product,
  item,
  description,
  quantity,
  amountMinor,
  discountMinor = 0n,
  periodStart,
  periodEnd,
}: NewItem): InvoiceLine => ({
  product,
  item,
  description,
  quantity: Number(quantity),
  amountMinor: Number(amountMinor),
  discountMinor: Number(discountMinor),
  taxMinor: 0,
  periodStart,
  periodEnd,
});
