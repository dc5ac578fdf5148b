import { Controller } from '@nestjs/common';
import { chargeOnce, otherCurrency } from '@tidegate/contracts/billing/invoices';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { changedBy, lockBilling } from '../kernel/subscription.rows.ts';
import { findLines, fixCurrency, lockAccount, toWire } from './invoice.rows.ts';
import { addItems } from './invoice-item.rows.ts';
import { IssueInvoice } from './issue-invoice.ts';

/** A charge or a credit that no plan says, such as setting up a white label. The key makes it safe to repeat. */
@Controller()
export class ChargeOnce {
  constructor(private readonly invoices: IssueInvoice) {}

  @Handles(chargeOnce)
  async handle({ input, caller, tx: operator, emit, refuse }: OperationContext<typeof chargeOnce>) {
    const { organisationId: orgId, currency, chargeKey, description, reason } = input;
    const tx = operator.as({ orgId });
    orNotFound(await findEntitlements(tx, orgId));
    await lockBilling(tx, orgId);
    const account = await lockAccount(tx, orgId);
    if (account.currency !== null && account.currency !== currency) {
      throw refuse(otherCurrency, { currency: account.currency });
    }
    await fixCurrency(tx, orgId, currency);
    const [by, at] = [changedBy(caller), new Date(clock.now()).toISOString()];
    const charge = { product: null, item: 'charge', description, quantity: 1, currency, by, reason };
    const period = { periodStart: at, periodEnd: at };
    await addItems(tx, orgId, [
      { effectKey: `charge:${chargeKey}`, ...charge, ...period, amountMinor: BigInt(input.amountMinor) },
    ]);
    if (!input.now) return { invoice: null };
    const invoice = await this.invoices.issue(tx, emit, { orgId, by });
    return { invoice: invoice ? { ...toWire(invoice), lines: await findLines(tx, invoice.id) } : null };
  }
}
