import { Controller } from '@nestjs/common';
import { majorOf } from '@tidegate/contracts/billing/currencies';
import { paymentDisputed } from '@tidegate/contracts/billing/disputes';
import { type Invoice, invoiceIssued, invoicePaid, invoiceReminder } from '@tidegate/contracts/billing/invoices';
import { seatsStopped } from '@tidegate/contracts/billing/seats';
import { subscriptionChanged } from '@tidegate/contracts/billing/subscription-changed';
import { planOrderDecided } from '@tidegate/contracts/billing/subscriptions';
import { topUpStopped } from '@tidegate/contracts/billing/top-ups';
import { keyCreated, keyReplaced, keyRevoked } from '@tidegate/contracts/identity/api-keys';
import { memberChanged } from '@tidegate/contracts/identity/members';
import type { Event } from '@tidegate/contracts/kernel/event';
import type { HappeningDetail, HappeningKind } from '@tidegate/contracts/notifier/feed';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { RecordHappening } from './record-happening.ts';

const MEMBER = { joined: 'member.joined', role: 'member.changed', left: 'member.left' } as const;
type Key = Pick<EventContext<Event>, 'event' | 'tx'> & { data: { keyId: string; name: string } };
type OfInvoice = Pick<EventContext<Event>, 'event' | 'tx'> & { data: { invoice: Invoice } };

/** Plan, payments, quotas, members and keys, for the feed. People are named by their id alone: nothing of theirs is kept here. */
@Controller()
export class RecordBillingAndTeam {
  constructor(private readonly feed: RecordHappening) {}

  @On(subscriptionChanged)
  subscription({ data, event, tx }: EventContext<typeof subscriptionChanged>): Promise<void> {
    const { product, action: code, plan, planBefore } = data;
    const detail = { code, product, plan, ...(planBefore && { planBefore }) };
    return this.feed.record(tx, event, { kind: 'subscription.changed', thingId: product, detail, apart: code });
  }

  @On(planOrderDecided)
  decided({ data, event, tx }: EventContext<typeof planOrderDecided>): Promise<void> {
    const { product, plan, planName: name, approved } = data;
    const detail = { code: approved ? 'approved' : 'refused', product, plan };
    return this.feed.record(tx, event, { kind: 'order.decided', thingId: product, name, detail });
  }

  @On(invoiceIssued)
  issued(context: EventContext<typeof invoiceIssued>): Promise<void> {
    return this.invoice(context, 'invoice.issued', context.data.invoice.totalMinor);
  }

  @On(invoicePaid)
  paid(context: EventContext<typeof invoicePaid>): Promise<void> {
    return this.invoice(context, 'invoice.paid', context.data.invoice.totalMinor);
  }

  @On(invoiceReminder)
  due(context: EventContext<typeof invoiceReminder>): Promise<void> {
    const { invoice, daysOverdue } = context.data;
    return this.invoice(context, 'invoice.due', invoice.dueMinor, { daysOverdue });
  }

  @On(paymentDisputed)
  disputed({ data, event, tx }: EventContext<typeof paymentDisputed>): Promise<void> {
    const { disputeId, state: code, currency, amountMinor } = data;
    const amount = majorOf(amountMinor, currency);
    const said = { amount, currency, detail: { code }, apart: code };
    return this.feed.record(tx, event, { kind: 'payment.disputed', thingId: disputeId, ...said });
  }

  @On(seatsStopped)
  seats({ data: { product, name }, event, tx }: EventContext<typeof seatsStopped>): Promise<void> {
    return this.feed.record(tx, event, { kind: 'seats.stopped', thingId: product, name, detail: { product } });
  }

  @On(topUpStopped)
  topUp({ data: { feature, name, reason: code }, event, tx }: EventContext<typeof topUpStopped>): Promise<void> {
    return this.feed.record(tx, event, { kind: 'top_up.stopped', thingId: feature, name, detail: { code } });
  }

  @On(quotaReached)
  quota({ data, event, tx }: EventContext<typeof quotaReached>): Promise<void> {
    const { meter: thingId, meterName: name = thingId, percent } = data;
    return this.feed.record(tx, event, { kind: 'quota.reached', thingId, name, detail: { percent } });
  }

  /** Who creates an organisation is in it: nothing that happened to others. */
  @On(memberChanged)
  async member({ data, event, tx }: EventContext<typeof memberChanged>): Promise<void> {
    const { userId: thingId, role, change } = data;
    if (!change) return;
    const detail = role ? { code: role } : {};
    await this.feed.record(tx, event, { kind: MEMBER[change], thingId, detail });
  }

  @On(keyCreated)
  keyCreated(context: EventContext<typeof keyCreated>): Promise<void> {
    return this.key(context, 'key.created');
  }

  @On(keyReplaced)
  keyReplaced(context: EventContext<typeof keyReplaced>): Promise<void> {
    return this.key(context, 'key.replaced');
  }

  @On(keyRevoked)
  keyRevoked(context: EventContext<typeof keyRevoked>): Promise<void> {
    return this.key(context, 'key.revoked');
  }

  private key({ data: { keyId: thingId, name }, event, tx }: Key, kind: HappeningKind): Promise<void> {
    return this.feed.record(tx, event, { kind, thingId, name });
  }

  private invoice(
    { data: { invoice }, event, tx }: OfInvoice,
    kind: HappeningKind,
    minor: number,
    detail?: HappeningDetail,
  ): Promise<void> {
    const { id: thingId, number: name, currency } = invoice;
    const amount = majorOf(minor, currency);
    return this.feed.record(tx, event, { kind, thingId, name, amount, currency, ...(detail && { detail }) });
  }
}
