import { Controller } from '@nestjs/common';
import { majorOf } from '@tidegate/contracts/billing/currencies';
import { paymentDisputed } from '@tidegate/contracts/billing/disputes';
import { invoiceReminder } from '@tidegate/contracts/billing/invoices';
import { seatsStopped } from '@tidegate/contracts/billing/seats';
import { planOrderDecided, planOrdered } from '@tidegate/contracts/billing/subscriptions';
import { topUpStopped } from '@tidegate/contracts/billing/top-ups';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { NotifierConfig } from '../notifier.config.ts';
import { QueueNotice } from './queue-notice.ts';

/** Notices of invoices and orders to customers, and to the operator of orders that wait for them. */
@Controller()
export class NotifyOfBilling {
  constructor(
    private readonly notices: QueueNotice,
    private readonly config: NotifierConfig,
  ) {}

  @On(invoiceReminder)
  async invoiceDue({ data, event, tx }: EventContext<typeof invoiceReminder>): Promise<void> {
    const { invoice, daysOverdue, readOnlyAt, unpaidAt } = data;
    const { id: invoiceId, number, currency, dueMinor, dueAt } = invoice;
    if (dueAt === null) return;
    const amount = majorOf(dueMinor, currency);
    const notice = { invoiceId, number, amount, currency, dueAt, daysOverdue, readOnlyAt, unpaidAt };
    await this.notices.queue(tx, event, { type: 'invoice.due', timestamp: event.time, data: notice });
  }

  @On(planOrderDecided)
  async decided({ data, event, tx }: EventContext<typeof planOrderDecided>): Promise<void> {
    const { product, productName = product, plan, planName, approved, reason } = data;
    const notice = { product, productName, plan, planName, approved, reason };
    await this.notices.queue(tx, event, { type: 'plan.decided', timestamp: event.time, data: notice });
  }

  @On(seatsStopped)
  async stopped({ data, event, tx }: EventContext<typeof seatsStopped>): Promise<void> {
    const { product, name, quantity } = data;
    const notice = { product, name, quantity };
    await this.notices.queue(tx, event, { type: 'seats.stopped', timestamp: event.time, data: notice });
  }

  @On(topUpStopped)
  async toppedUp({ data, event, tx }: EventContext<typeof topUpStopped>): Promise<void> {
    const { feature, name, reason } = data;
    const notice = { feature, name, reason };
    await this.notices.queue(tx, event, { type: 'top_up.stopped', timestamp: event.time, data: notice });
  }

  /** Both whoever paid and the operator have to answer it. */
  @On(paymentDisputed)
  async disputed({ data, event, tx }: EventContext<typeof paymentDisputed>): Promise<void> {
    const { orgId: organisationId, amountMinor, ...dispute } = data;
    const notice = { ...dispute, organisationId, amount: majorOf(amountMinor, data.currency) };
    const message = { type: 'payment.disputed' as const, timestamp: event.time, data: notice };
    await this.notices.queue(tx, event, message);
    const operator = this.config.OPERATOR_ORGANISATION;
    if (operator === undefined || operator === organisationId) return;
    await this.notices.queue(tx.as({ orgId: operator }), event, message);
  }

  /** To the channels of the operator's own organisation, whoever ordered. */
  @On(planOrdered)
  async ordered({ data, event, tx }: EventContext<typeof planOrdered>): Promise<void> {
    const operator = this.config.OPERATOR_ORGANISATION;
    if (operator === undefined) return;
    const { orgId: organisationId, product, productName = product, plan, planName } = data;
    const notice = { organisationId, product, productName, plan, planName };
    const own = tx.as({ orgId: operator });
    await this.notices.queue(own, event, { type: 'plan.ordered', timestamp: event.time, data: notice });
  }
}
