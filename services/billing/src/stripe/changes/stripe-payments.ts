import { Injectable } from '@nestjs/common';
import { paymentRefused } from '@tidegate/contracts/billing/payments';
import { newId } from '@tidegate/database/ids';
import { clock } from '@tidegate/runtime/clock';
import type { Stripe } from 'stripe';
import { type PaidChange, type PaidSubscription, Payments, type PreviewedCost } from '../../subscriptions/payments.ts';
import { idOf } from '../client/id-of.rules.ts';
import { endOnce, refusalOf, StripeApi } from '../client/stripe-api.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';
import { HolderPages, isForHolder } from './holder-pages.ts';
import {
  changeAtOnce,
  endOf,
  hasOthers,
  type ItemUpdates,
  itemUpdates,
  nextItems,
  othersOrdered,
  phaseItems,
  quantified,
  type Standing,
  sameItems,
} from './item-changes.rules.ts';
import { type Entered, PaidItems } from './paid-items.ts';
import { PreviewPayments } from './preview-payments.ts';
import { ScheduledOrders } from './scheduled-orders.ts';

type Options = { idempotencyKey?: string };
type Asked = Standing & { found: Stripe.Subscription };

interface Change {
  items: ItemUpdates;
  discounts: Entered['now'];
  another: boolean;
  byHolder: boolean;
}

/** Before what waits for the holder of a card is given up. */
const endsSoon = ({ items }: Stripe.Subscription): boolean => endOf(items.data) * 1_000 - clock.now() < DAY_MS;
const DAY_MS = 86_400_000;

/**
 * Changes subscriptions that Stripe bills for. Each request names the state that shall be, so repeating it after a time-out
 * or a crash changes nothing more; what Stripe has made of it is stored before it is answered.
 *
 *   now          the items are updated, and the difference is charged at once; a card that is declined changes nothing, and where
 *                its bank asks for its holder, who is there, nothing changes until they have confirmed it on a page
 *   period end   a schedule keeps what there is until then, and brings the rest
 *
 * A subscription may pay for several products, and has one schedule: what was ordered of the others stays in it.
 */
@Injectable()
export class StripePayments extends Payments {
  private readonly pages: HolderPages;

  constructor(
    private readonly api: StripeApi,
    private readonly items: PaidItems,
    private readonly previews: PreviewPayments,
    private readonly customers: SyncCustomer,
    private readonly orders: ScheduledOrders,
  ) {
    super();
    this.pages = new HolderPages(api);
  }

  get configured(): boolean {
    return this.api.configured;
  }

  async change(paid: PaidSubscription, to: PaidChange): Promise<void> {
    const standing = await this.begin(paid, to);
    const { found, parts } = standing;
    const target = await this.items.targetOf(paid, to, found);
    if (to.at === 'period_end') await this.orders.schedule(found, phaseItems(standing, paid.product, target));
    else {
      const { now: discounts } = await this.items.discountsOf(found, to);
      const change = { items: itemUpdates(parts, paid.product, target), discounts, another: to.plan !== paid.plan };
      await this.changeNow(paid, found, { ...change, byHolder: to.byHolder ?? false });
      await this.keepOthers(paid, standing);
    }
    await this.copy(found);
  }

  preview(paid: PaidSubscription, to: PaidChange): Promise<PreviewedCost> {
    return this.previews.preview(paid, to);
  }

  /** What waits for the holder of the card is given up by asking for something else; asked for again, it has the same page. */
  private async begin(paid: PaidSubscription, to?: PaidChange): Promise<Asked> {
    const standing = await this.items.begin(paid);
    const { found, parts } = standing;
    const pending = found.pending_update;
    if (pending && to?.at === 'now') {
      const target = await this.items.targetOf(paid, to, found);
      const wanted = phaseItems({ parts, next: undefined }, paid.product, target);
      const waiting = (pending.subscription_items ?? []).map(({ price, quantity }) => quantified(price.id, quantity));
      if (sameItems(waiting, wanted)) throw await this.pages.ofUpdate(found);
    }
    if (pending) await this.pages.giveUp(idOf(found.latest_invoice) ?? '');
    const restored = await this.orders.restore(paid);
    return pending || restored ? this.items.begin(paid) : standing;
  }

  private async changeNow(
    paid: PaidSubscription,
    found: Stripe.Subscription,
    { items, discounts, another, byHolder }: Change,
  ): Promise<void> {
    const ordered = nextItems(found);
    await this.orders.release(paid, found);
    if (items.length === 0) return discounts.discounts && this.update(found, discounts);
    const wanted = {
      ...changeAtOnce(found, items, another),
      ...discounts,
      ...(found.cancel_at_period_end && { cancel_at_period_end: false }),
    };
    try {
      await this.update(found, { ...wanted, payment_behavior: 'error_if_incomplete' });
    } catch (error) {
      if (!refusalOf(error)) throw error;
      // What was ordered for the end of the period must be there when it ends.
      const asks = byHolder && isForHolder(error) && !(ordered && endsSoon(found));
      const refused = asks ? await this.askHolder(found, wanted, error) : error;
      if (!refused) return;
      if (ordered && refused === error) {
        await this.orders.schedule({ ...found, schedule: null }, ordered);
        await this.orders.done(paid);
      }
      throw refused;
    }
  }

  /**
   * Stripe keeps the change until its invoice is paid, for a day at the most; nothing of it is in force before. undefined: it was
   * paid at once.
   */
  private async askHolder(
    found: Stripe.Subscription,
    wanted: Stripe.SubscriptionUpdateParams,
    refusal: unknown,
  ): Promise<unknown> {
    try {
      const updated = await this.call('POST /v1/subscriptions/:id', (stripe, options) =>
        stripe.subscriptions.update(found.id, { ...wanted, payment_behavior: 'pending_if_incomplete' }, options),
      );
      if (!updated.pending_update) return undefined;
      const page = await this.pages.ofUpdate(updated);
      await this.copy(found);
      return page;
    } catch (error) {
      if (refusalOf(error)) return refusal;
      throw error;
    }
  }

  async cancel(paid: PaidSubscription, at: 'now' | 'period_end'): Promise<void> {
    const standing = await this.begin(paid);
    const { found, parts, next } = standing;
    const others = hasOthers(parts, paid.product);
    if (at === 'period_end' && others && hasOthers(next ?? parts, paid.product))
      await this.orders.schedule(found, phaseItems(standing, paid.product, undefined));
    else {
      await this.orders.release(paid, found);
      if (at === 'now' && others) {
        await this.removePart(paid, found);
        await this.keepOthers(paid, standing);
      } else if (at === 'period_end') await this.update(found, { cancel_at_period_end: true });
      else await endOnce(this.call('DELETE /v1/subscriptions/:id', (stripe) => stripe.subscriptions.cancel(found.id)));
      if (next) await this.orders.done(paid);
    }
    await this.copy(found);
  }

  async resume(paid: PaidSubscription, { byHolder }: { byHolder: boolean }): Promise<void> {
    const standing = await this.begin(paid);
    const { found } = standing;
    await this.orders.release(paid, found);
    if (found.status === 'paused') await this.endPause(found, byHolder);
    else if (found.cancel_at !== null || found.cancel_at_period_end) {
      await this.update(found, found.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' });
    }
    await this.keepOthers(paid, standing);
    await this.copy(found);
  }

  /**
   * Whoever pays is there to confirm it, or to give another card: it stays paused until it is paid. By itself a pause ends when its
   * time is over, and what is due then is collected as every period is.
   */
  private async endPause(found: Stripe.Subscription, byHolder: boolean): Promise<void> {
    const asked = await this.pages.waiting(found);
    if (asked) {
      const why = await this.pages.ofResumption(asked);
      // Somebody may be on its page: it has its own time.
      if (!byHolder || why.code !== paymentRefused.code) throw why;
      await this.pages.giveUp(asked.id);
    }
    const behaviour = byHolder ? 'resume_on_payment_success' : 'resume_on_payment_attempt';
    const resumed = await this.call('POST /v1/subscriptions/:id/resume', (stripe, options) =>
      stripe.subscriptions.resume(
        found.id,
        { billing_cycle_anchor: { type: 'now' }, payment_behavior: behaviour },
        options,
      ),
    );
    const open = await this.pages.waiting(resumed);
    if (!open) return;
    const why = await this.pages.ofResumption(open);
    if (why.code === paymentRefused.code) await this.pages.giveUp(open.id);
    await this.copy(found);
    throw why;
  }

  async pause(paid: PaidSubscription): Promise<void> {
    const { found, next } = await this.begin(paid);
    await this.orders.release(paid, found);
    if (found.status !== 'paused') {
      await this.call('POST /v1/subscriptions/:id/pause', (stripe, options) =>
        stripe.subscriptions.pause(found.id, {}, options),
      );
    }
    if (next) await this.orders.done(paid);
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
    if (items) await this.orders.schedule(found, items);
    await this.orders.done(paid);
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
    await this.customers.sync(idOf(customer));
  }
}
