import { Injectable } from '@nestjs/common';
import { newId } from '@tidegate/database/ids';
import type { Stripe } from 'stripe';
import { type PaidChange, type PaidSubscription, Payments, type PreviewedCost } from '../../subscriptions/payments.ts';
import { endOnce, refusalOf, StripeApi } from '../client/stripe-api.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';
import {
  changeAtOnce,
  endOf,
  hasOthers,
  type ItemUpdates,
  itemUpdates,
  nextItems,
  othersOrdered,
  phaseItems,
  type Quantified,
  quantified,
  type Standing,
} from './item-changes.rules.ts';
import { type Entered, PaidItems } from './paid-items.ts';
import { PreviewPayments } from './preview-payments.ts';

type Options = { idempotencyKey?: string };

/**
 * Changes subscriptions that Stripe bills for. Each request names the state that shall be, so repeating it after a time-out
 * or a crash changes nothing more; what Stripe has made of it is stored before it is answered.
 *
 *   now          the items are updated, and the difference is charged at once; a card that is declined changes nothing
 *   period end   a schedule keeps what there is until then, and brings the rest
 *
 * A subscription may pay for several products, and has one schedule: what was ordered of the others stays in it.
 */
@Injectable()
export class StripePayments extends Payments {
  constructor(
    private readonly api: StripeApi,
    private readonly items: PaidItems,
    private readonly previews: PreviewPayments,
    private readonly customers: SyncCustomer,
  ) {
    super();
  }

  get configured(): boolean {
    return this.api.configured;
  }

  async change(paid: PaidSubscription, to: PaidChange): Promise<void> {
    const standing = await this.items.begin(paid);
    const { found, parts } = standing;
    const target = await this.items.targetOf(paid, to, found);
    if (to.at === 'period_end') await this.schedule(found, phaseItems(standing, paid.product, target));
    else {
      const { now: discounts } = await this.items.discountsOf(found, to);
      await this.changeNow(found, itemUpdates(parts, paid.product, target), discounts, to.plan !== paid.plan);
      await this.keepOthers(paid, standing);
    }
    await this.copy(found);
  }

  preview(paid: PaidSubscription, to: PaidChange): Promise<PreviewedCost> {
    return this.previews.preview(paid, to);
  }

  private async changeNow(
    found: Stripe.Subscription,
    items: ItemUpdates,
    discounts: Entered['now'],
    another: boolean,
  ): Promise<void> {
    const ordered = nextItems(found);
    await this.release(found);
    if (items.length === 0) return discounts.discounts && this.update(found, discounts);
    try {
      await this.update(found, {
        ...changeAtOnce(found, items, another),
        ...discounts,
        payment_behavior: 'error_if_incomplete',
        ...(found.cancel_at_period_end && { cancel_at_period_end: false }),
      });
    } catch (error) {
      if (ordered && refusalOf(error)) await this.schedule({ ...found, schedule: null }, ordered);
      throw error;
    }
  }

  async cancel(paid: PaidSubscription, at: 'now' | 'period_end'): Promise<void> {
    const standing = await this.items.begin(paid);
    const { found, parts, next } = standing;
    const others = hasOthers(parts, paid.product);
    if (at === 'period_end' && others && hasOthers(next ?? parts, paid.product))
      await this.schedule(found, phaseItems(standing, paid.product, undefined));
    else {
      await this.release(found);
      if (at === 'now' && others) {
        await this.removePart(paid, found);
        await this.keepOthers(paid, standing);
      } else if (at === 'period_end') await this.update(found, { cancel_at_period_end: true });
      else await endOnce(this.call('DELETE /v1/subscriptions/:id', (stripe) => stripe.subscriptions.cancel(found.id)));
    }
    await this.copy(found);
  }

  async resume(paid: PaidSubscription): Promise<void> {
    const standing = await this.items.begin(paid);
    const { found } = standing;
    await this.release(found);
    if (found.status === 'paused') {
      await this.call('POST /v1/subscriptions/:id/resume', (stripe, options) =>
        stripe.subscriptions.resume(found.id, { billing_cycle_anchor: { type: 'now' } }, options),
      );
    } else if (found.cancel_at !== null || found.cancel_at_period_end) {
      await this.update(found, found.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' });
    }
    await this.keepOthers(paid, standing);
    await this.copy(found);
  }

  async pause(paid: PaidSubscription): Promise<void> {
    const { found } = await this.items.begin(paid);
    await this.release(found);
    if (found.status !== 'paused') {
      await this.call('POST /v1/subscriptions/:id/pause', (stripe, options) =>
        stripe.subscriptions.pause(found.id, {}, options),
      );
    }
    await this.copy(found);
  }

  private async removePart({ product }: PaidSubscription, found: Stripe.Subscription): Promise<void> {
    const { parts } = await this.items.find({ ref: found.id } as PaidSubscription);
    const items = parts
      .filter(({ sold }) => sold?.product === product)
      .map(({ item }) => ({ id: item.id, deleted: true as const }));
    await this.update(found, { items, proration_behavior: 'none' });
  }

  /** What was ordered of other products before the schedule was released. */
  private async keepOthers(paid: PaidSubscription, { next }: Standing): Promise<void> {
    if (!next) return;
    const { found, parts } = await this.items.find(paid);
    const items = othersOrdered({ parts, next }, paid.product);
    if (items) await this.schedule(found, items);
  }

  /** What there is stays until the period ends; then come the given items. */
  private async schedule(found: Stripe.Subscription, items: Quantified[]): Promise<void> {
    if (found.cancel_at_period_end) await this.update(found, { cancel_at_period_end: false });
    const existing = typeof found.schedule === 'string' ? found.schedule : found.schedule?.id;
    const schedule = existing
      ? await this.api.call('GET /v1/subscription_schedules/:id', (stripe) =>
          stripe.subscriptionSchedules.retrieve(existing),
        )
      : await this.call('POST /v1/subscription_schedules', (stripe, options) =>
          stripe.subscriptionSchedules.create({ from_subscription: found.id }, options),
        );
    const current = schedule.phases.find(({ start_date }) => start_date === schedule.current_phase?.start_date);
    const ends = endOf(found.items.data);
    const now = found.items.data.map(({ price, quantity }) => quantified(price.id, quantity));
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

  /** A schedule decides alone as long as it is there. */
  private async release({ schedule }: Stripe.Subscription): Promise<void> {
    const id = typeof schedule === 'string' ? schedule : schedule?.id;
    if (!id) return;
    await this.call('POST /v1/subscription_schedules/:id/release', (stripe, options) =>
      stripe.subscriptionSchedules.release(id, {}, options),
    );
  }

  private async update({ id }: Stripe.Subscription, params: Stripe.SubscriptionUpdateParams): Promise<void> {
    await this.call('POST /v1/subscriptions/:id', (stripe, options) =>
      stripe.subscriptions.update(id, params, options),
    );
  }

  /** Its attempts have one key; another request, which names a state as well, has another. */
  private call<T>(endpoint: string, work: (stripe: Stripe, options: Options) => Promise<T>): Promise<T> {
    return this.api.call(endpoint, work, { idempotencyKey: newId() });
  }

  private async copy({ customer }: Stripe.Subscription): Promise<void> {
    await this.customers.sync(typeof customer === 'string' ? customer : customer.id);
  }
}
