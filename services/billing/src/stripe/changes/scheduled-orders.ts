import { Injectable } from '@nestjs/common';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Stripe } from 'stripe';
import type { PaidSubscription } from '../../subscriptions/payments.ts';
import { idOf } from '../client/id-of.rules.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { endOf, itemsOf, nextItems, othersOrdered, type Quantified, sameItems } from './item-changes.rules.ts';
import { dropKeptOrder, findKeptOrder, type KeptOrder, keepOrder } from './kept-order.rows.ts';
import { PaidItems } from './paid-items.ts';

/** Longer than a change takes that is answered. */
export const CHECKED_AFTER_S = 120;
const OVER: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired', 'paused']);

/**
 * What is ordered for the end of a period is a schedule at Stripe, which decides alone as long as it is there. A change at once
 * releases it, so what it was to bring is stored before that:
 *
 *   stored → released → changed: what was ordered of other products is scheduled again · refused: all of it is → forgotten
 *                     ↳ died, or nobody knows, or the holder of the card is asked: whoever looks next compares the items. As they
 *                       were, the change was not made, and all of it is scheduled again; otherwise what is not the change's own
 */
@Injectable()
export class ScheduledOrders {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly items: PaidItems,
  ) {}

  /** What there is stays until the period ends; then come the given items. */
  async schedule(found: Stripe.Subscription, items: Quantified[]): Promise<void> {
    if (found.cancel_at_period_end) {
      await this.call('POST /v1/subscriptions/:id', (stripe, options) =>
        stripe.subscriptions.update(found.id, { cancel_at_period_end: false }, options),
      );
    }
    const existing = idOf(found.schedule);
    const schedule = existing
      ? await this.api.call('GET /v1/subscription_schedules/:id', (stripe) =>
          stripe.subscriptionSchedules.retrieve(existing),
        )
      : await this.call('POST /v1/subscription_schedules', (stripe, options) =>
          stripe.subscriptionSchedules.create({ from_subscription: found.id }, options),
        );
    const current = schedule.phases.find(({ start_date }) => start_date === schedule.current_phase?.start_date);
    const ends = endOf(found.items.data);
    const now = itemsOf(found);
    const start_date = current?.start_date ?? found.start_date;
    await this.call('POST /v1/subscription_schedules/:id', (stripe, options) =>
      stripe.subscriptionSchedules.update(
        schedule.id,
        {
          end_behavior: 'release',
          proration_behavior: 'none',
          phases: [
            { items: now, start_date, end_date: ends, proration_behavior: 'none' },
            { items, start_date: ends, proration_behavior: 'none' },
          ],
        },
        options,
      ),
    );
  }

  /** For a change of one product: `done` says that everything is as it shall be. */
  async release({ orgId, product }: PaidSubscription, found: Stripe.Subscription): Promise<void> {
    const id = idOf(found.schedule);
    if (!id) return;
    const ordered = nextItems(found);
    if (ordered) {
      const kept = { org_id: orgId, subscription_id: found.id, product, standing: itemsOf(found), ordered };
      await this.tenants.run(orgId, (tx) => keepOrder(tx, kept, CHECKED_AFTER_S));
    }
    try {
      await this.call('POST /v1/subscription_schedules/:id/release', (stripe, options) =>
        stripe.subscriptionSchedules.release(id, {}, options),
      );
    } catch (error) {
      if (ordered && refusalOf(error)) await this.done({ orgId, ref: found.id });
      throw error;
    }
  }

  async done({ orgId, ref }: Pick<PaidSubscription, 'orgId' | 'ref'>): Promise<void> {
    await this.tenants.run(orgId, (tx) => dropKeptOrder(tx, orgId, ref));
  }

  /** Before another change. Answers whether anything was brought back. */
  async restore({ orgId, ref }: Pick<PaidSubscription, 'orgId' | 'ref'>): Promise<boolean> {
    const kept = await this.tenants.read(orgId, (tx) => findKeptOrder(tx, orgId, ref));
    return kept !== undefined && (await this.bringBack(kept)) !== undefined;
  }

  /** The customer whose subscription is another one now; undefined: nothing was brought back. */
  async bringBack({ org_id: orgId, subscription_id: ref, product, standing, ordered }: KeptOrder) {
    const at = await this.standing(ref, ordered);
    // The holder of the card has not answered yet.
    if (at?.found.pending_update) return undefined;
    const open = at && !OVER.has(at.found.status) && !at.found.cancel_at_period_end && !nextItems(at.found);
    const items = open
      ? sameItems(itemsOf(at.found), standing)
        ? ordered
        : othersOrdered({ parts: at.parts, next: at.next }, product)
      : undefined;
    if (at && items) await this.schedule(at.found, items);
    await this.done({ orgId, ref });
    return items && at?.found.customer;
  }

  /** undefined: it was deleted there. */
  private async standing(ref: string, ordered: Quantified[]) {
    try {
      return await this.items.find({ ref }, ordered);
    } catch (error) {
      if (refusalOf(error) !== 'resource_missing') throw error;
      return undefined;
    }
  }

  /** Its attempts have one key; another request, which names a state as well, has another. */
  private call<T>(
    endpoint: string,
    work: (stripe: Stripe, options: { idempotencyKey?: string }) => Promise<T>,
  ): Promise<T> {
    return this.api.call(endpoint, work, { idempotencyKey: newId() });
  }
}
