import { Injectable } from '@nestjs/common';
import type { Emit } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { BillingConfig } from '../billing.config.ts';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import type { DunningTerms } from '../kernel/dunning.rules.ts';
import { savePaidPeriod } from '../kernel/paid-period.rows.ts';
import { differInOrdersOnly, isBilledByHand, isEnded, type Subscription } from '../kernel/subscription.rules.ts';
import { costOfChange, costOfPeriod, findPaid, findPaidOfAll, type Given, type Paid } from './change-cost.ts';
import { fixCurrency, lockAccount } from './invoice.rows.ts';
import { addItems, type NewItem } from './invoice-item.rows.ts';
import { IssueInvoice } from './issue-invoice.ts';
import { closeWindows, endUsage, nextAt, type UsageSegment } from './paid-period.rules.ts';
import { remind } from './remind.ts';
import { includedIn } from './subscription-terms.ts';
import { addUsageCharges } from './usage-charge.rows.ts';

/** The loop that charges usage. */
export const CHARGE_USAGE = 'charge-usage';

/** So long after a window's end its usage is charged: events come late. */
export const LATE_MS = 3_600_000;

export interface Holder extends Given {
  emit: Emit;
}

export interface Changed {
  before: Subscription | undefined;
  after: Subscription;
  at: number;
  by: string;
}

/**
 * Charges subscriptions that no payment provider bills for. What is paid in advance is stored beside the subscription and
 * changes with it, under the organisation's lock, so nothing is charged twice or for a time that nobody had it:
 *
 *   a period begins     everything is charged for it, on an invoice of its own
 *   a change            credits what is not used any more and charges the rest; an invoice at once when something is owed
 *   a window is over    its usage waits for the loop that charges it
 */
@Injectable()
export class Charges {
  constructor(
    private readonly config: BillingConfig,
    private readonly invoices: IssueInvoice,
    private readonly wakes: Wakes,
  ) {}

  get terms(): DunningTerms {
    return { graceDays: this.config.GRACE_DAYS, unpaidDays: this.config.UNPAID_DAYS };
  }

  /** Reminds of what is, or will soon be, overdue. */
  remind(holder: Pick<Holder, 'tx' | 'emit' | 'orgId'>, at: number): Promise<void> {
    const days = this.config.INVOICE_REMINDER_DAYS.split(',').filter(Boolean).map(Number);
    return remind(holder, at, { ...this.terms, days });
  }

  /** Charges the periods that begin before an instant, of all products in their order, each as the subscription is then. */
  async upTo(holder: Holder, subscriptions: readonly Subscription[], until: number): Promise<void> {
    const billed = subscriptions.filter(isBilledByHand);
    if (billed.length === 0) return;
    const stored = await findPaidOfAll(holder.tx, holder.orgId);
    const due: { one: Subscription; paid: Paid }[] = [];
    for (const one of billed) {
      const paid = stored.find(({ product }) => product === one.product);
      // It was moved to what has to be paid, or it is from before there were invoices.
      if (!paid) await this.changed(holder, { before: undefined, after: one, at: until - 1, by: 'schedule' });
      else if (paid.nextAt === null || paid.nextAt < until) due.push({ one, paid });
    }
    for (;;) {
      const [first] = due.filter(({ paid }) => paid.period.end < until).sort(byEnd);
      if (!first) break;
      const { next, items } = await costOfPeriod(holder, first.paid, first.one);
      first.paid = next;
      if (await this.charge(holder, items)) await this.issue(holder, 'schedule', { onlyOwed: false });
    }
    for (const { one, paid } of due) {
      const { open, segments } = closeWindows(paid.usage, holder.steps, until - 1);
      await this.keep(holder, one, { ...paid, usage: open }, segments);
    }
  }

  /** A subscription has changed. What was due before is charged already. */
  async changed(holder: Holder, { before, after, at, by }: Changed): Promise<void> {
    const { tx, orgId, steps } = holder;
    const paid = await findPaid(tx, orgId, after.product);
    const billed = isBilledByHand(after);
    if (!paid && !billed) return;
    // What a move at once made dearer is charged from the next period on, not because somebody orders something.
    if (paid && before && differInOrdersOnly(before, after)) return;
    // Paused, or given up: what is paid for stays so, and nothing more is charged; what was used by then is, as it was had.
    if (paid && !billed && after.provider === 'manual' && !isEnded(after)) {
      const { open, segments } = endUsage(paid.usage, { steps, at });
      return this.keep(holder, before ?? after, { ...paid, usage: open }, segments, false);
    }
    const { next, items, segments } = await costOfChange(holder, paid, { after, at, by });
    await this.keep(holder, before ?? after, next, segments, billed);
    // Usage is charged later: nobody may decide another currency meanwhile.
    if (next.usage.length > 0) await decideCurrency(holder, next.currency);
    if (await this.charge(holder, items)) await this.issue(holder, by, { onlyOwed: true });
  }

  /** Windows that are over are charged as the subscription was in them. */
  private async keep(
    { tx, orgId, steps }: Holder,
    was: Subscription,
    paid: Paid,
    segments: readonly UsageSegment[],
    goesOn = true,
  ): Promise<void> {
    await savePaidPeriod(tx, orgId, { ...paid, nextAt: goesOn ? nextAt(paid, steps) : null });
    if (segments.length === 0) return;
    const known = (await findEntitlements(tx, orgId))?.snapshot;
    const inForce = known?.plans[was.product];
    const current = inForce?.plan === was.plan && inForce.planVersion === was.planVersion;
    const rows = [];
    for (const { periods: _, ...segment } of segments) {
      const granted = current ? known?.features[segment.feature] : undefined;
      const included = granted?.kind === 'metered' ? granted.limit : await includedIn(tx, was, segment.feature);
      const dueAt = segment.until + LATE_MS;
      rows.push({ ...segment, product: was.product, currency: paid.currency, included, dueAt });
    }
    await addUsageCharges(tx, orgId, rows);
    tx.onCommit(() => this.wakes.wake(CHARGE_USAGE));
  }

  private async charge(holder: Holder, items: readonly NewItem[]): Promise<boolean> {
    const [first] = items;
    if (!first) return false;
    await decideCurrency(holder, first.currency);
    return (await addItems(holder.tx, holder.orgId, items)) > 0;
  }

  private issue({ tx, emit, orgId }: Holder, by: string, { onlyOwed }: { onlyOwed: boolean }): Promise<unknown> {
    return this.invoices.issue(tx, emit, { orgId, by, onlyOwed });
  }
}

const byEnd = (a: { paid: Paid }, b: { paid: Paid }): number => a.paid.period.end - b.paid.period.end;

async function decideCurrency({ tx, orgId }: Holder, currency: string): Promise<void> {
  await lockAccount(tx, orgId);
  await fixCurrency(tx, orgId, currency);
}
