import { Controller } from '@nestjs/common';
import { orderPackage, paymentNeededForPackage, tooManyOrders } from '@tidegate/contracts/billing/credits';
import { otherCurrency } from '@tidegate/contracts/billing/invoices';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { BillingConfig } from '../billing.config.ts';
import { unitsOf } from '../credits/credit.rules.ts';
import { offeredPackage } from '../credits/offered-package.ts';
import {
  countOpenOrders,
  findOrderByKey,
  insertOrder,
  orderToWire,
  type PackageOrderRow,
} from '../credits/package-order.rows.ts';
import { grantOrder } from '../credits/settle-orders.ts';
import { findInvoice, findLines, fixCurrency, lockAccount, toWire } from '../invoices/invoice.rows.ts';
import { addItems } from '../invoices/invoice-item.rows.ts';
import { IssueInvoice } from '../invoices/issue-invoice.ts';
import { changedBy, findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { isBilledByHand } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { Payments } from '../subscriptions/payments.ts';

type Context = OperationContext<typeof orderPackage>;
type Order = Parameters<typeof insertOrder>[2];

/** An organisation owes for so many orders at a time, or somebody could order numbers of invoices. */
const MOST_OPEN = 10;

/** Prepaid units on an invoice. They are given when it is paid, in the transaction that says so. */
@Controller()
export class OrderPackage {
  constructor(
    private readonly payments: Payments,
    private readonly config: BillingConfig,
    private readonly invoices: IssueInvoice,
  ) {}

  @Handles(orderPackage)
  async handle(context: Context) {
    const { input, caller, tx, emit } = context;
    const orgId = caller.orgId as string;
    const by = changedBy(caller);
    await lockBilling(tx, orgId);
    const account = await lockAccount(tx, orgId);
    const known = await findOrderByKey(tx, orgId, input.orderKey);
    if (known) return shown(tx, orgId, known, input);
    const order = await this.priced(context, account.currency);
    const open = await countOpenOrders(tx, orgId);
    if (open >= MOST_OPEN) {
      throw context.refuse(tooManyOrders, { open, limit: MOST_OPEN }, 'Pay what was ordered before, then order more.');
    }
    await insertOrder(tx, orgId, { ...order, by });
    await fixCurrency(tx, orgId, order.currency);
    const at = new Date(clock.now()).toISOString();
    await addItems(tx, orgId, [
      {
        effectKey: `package:${order.id}`,
        product: null,
        item: `package:${order.package}`,
        description: order.name,
        quantity: order.quantity,
        currency: order.currency,
        amountMinor: order.totalMinor,
        periodStart: at,
        periodEnd: at,
        by,
      },
    ]);
    await this.invoices.issue(tx, emit, { orgId, by });
    const ordered = (await findOrderByKey(tx, orgId, input.orderKey)) as PackageOrderRow;
    if (this.config.PACKAGES_BEFORE_PAYMENT && ordered.status === 'open') await grantOrder(tx, emit, orgId, ordered);
    return shown(tx, orgId, (await findOrderByKey(tx, orgId, input.orderKey)) as PackageOrderRow, input);
  }

  /** What is ordered, with its price; throws when it cannot be. */
  private async priced({ input, caller, tx, refuse }: Context, billedIn: string | null): Promise<Omit<Order, 'by'>> {
    const orgId = caller.orgId as string;
    const { package: key, quantity, orderKey } = input;
    const catalogue = await requireCatalogue(tx);
    const pack = await offeredPackage(tx, refuse, catalogue, { orgId, key });
    const { subscriptions } = await findHoldings(tx, orgId);
    if (this.payments.configured && !subscriptions.some(isBilledByHand)) {
      const checkout = `/api/v1/billing/packages/${key}/checkout`;
      throw refuse(paymentNeededForPackage, { package: key, checkout }, `Buy it: POST ${checkout}`);
    }
    const currency = billedIn ?? catalogue.currency;
    const price = pack.prices.find((one) => one.currency === currency);
    if (!price) throw refuse(otherCurrency, { currency }, `It has no price in ${currency}.`);
    const [amount, total] = [unitsOf(pack, quantity), BigInt(price.amountMinor) * BigInt(quantity)];
    if (amount === undefined || total > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw invalid('/quantity', 'too_big', 'Order fewer at a time.');
    }
    const { name, feature, expiresDays } = pack;
    const sold = { package: key, name, feature, quantity, amount, expires_days: expiresDays, currency };
    return { id: newId(), key: orderKey, ...sold, totalMinor: total };
  }
}

async function shown(
  tx: Tx,
  orgId: string,
  order: PackageOrderRow,
  asked: { package: string; quantity: number },
): Promise<{ order: ReturnType<typeof orderToWire>; invoice: InvoiceShown | null }> {
  if (order.package !== asked.package || order.quantity !== asked.quantity) {
    throw invalid('/orderKey', 'another_order', 'Something else was ordered with this key. Choose a new one.');
  }
  const invoice = order.invoice_id === null ? undefined : await findInvoice(tx.as({ orgId }), order.invoice_id);
  return {
    order: orderToWire(order),
    invoice: invoice ? { ...toWire(invoice), lines: await findLines(tx, invoice.id) } : null,
  };
}

type InvoiceShown = ReturnType<typeof toWire> & { lines: Awaited<ReturnType<typeof findLines>> };
