import { endCoupon, enterCode, giveCoupon } from '@tidegate/contracts/billing/coupons';
import { endCredit, giveCredit, listCredits, orderPackage } from '@tidegate/contracts/billing/credits';
import { createGrant, deleteGrant, listGrants } from '@tidegate/contracts/billing/grants';
import { followMembers } from '@tidegate/contracts/billing/seats';
import {
  cancelSubscription,
  changeSubscription,
  pauseSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { AtStripe } from './at-stripe.ts';
import { both, changes } from './both.ts';
import { DAY } from './calendar.ts';
import { InvoiceSteps } from './invoice-steps.ts';
import { OPERATOR, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import type { OwnStep } from './steps.ts';
import { UsageSteps } from './usage-steps.ts';

/** What depends on what Stripe says: left out while nobody here may know that. */
const KNOWN_AT_STRIPE = new Set<OwnStep['do']>([
  ...(['set', 'choose', 'try', 'cancel', 'resume', 'pause', 'buy', 'order', 'coupon', 'refund', 'creditNote'] as const),
  ...(['lend', 'hold', 'commit', 'report', 'correct', 'invoice', 'forgive'] as const),
]);

/** Carries out what one organisation does, in the services and in the model. */
export class OwnSteps {
  private readonly usage: UsageSteps;
  private readonly invoices: InvoiceSteps;
  private readonly stripe: AtStripe;

  constructor(private readonly play: Play) {
    this.usage = new UsageSteps(play);
    this.invoices = new InvoiceSteps(play);
    this.stripe = new AtStripe(play);
  }

  async carryOut(one: Organisation, step: OwnStep): Promise<string> {
    if (one.stale && KNOWN_AT_STRIPE.has(step.do)) return 'left out: nobody may know what Stripe says';
    const { play } = this;
    const { model, id } = one;
    const { now } = play.world;
    if ('code' in step || step.do === 'coupon') await play.countCoupons();
    switch (step.do) {
      case 'set': {
        const { product, plan, status, interval, rooms5, code } = step;
        const holding = model.of(product);
        // Without a plan that follows there is nothing to end.
        if (holding.by === 'stripe' || (status === 'canceled' && !holding.sub)) return 'left out';
        const addons =
          rooms5 === undefined ? {} : { addons: rooms5 > 0 ? [{ addon: 'rooms5', quantity: rooms5 }] : [] };
        const more = { ...(interval && { interval }), ...(code && { promotionCode: code.toUpperCase() }) };
        return both(play, one, setSubscription, { organisationId: id, product, plan, status, ...more, ...addons }, () =>
          holding.operatorSets(plan, status, play.edition, {
            ...(interval && { interval }),
            ...(rooms5 !== undefined && { rooms5 }),
            ...(code && { code }),
          }),
        );
      }
      case 'choose': {
        const { product, plan, code } = step;
        const input = { product, plan, ...(code && { promotionCode: code.toUpperCase() }) };
        return changes(play, one, product, changeSubscription, input, () =>
          model.of(product).choose(plan, play.edition, code),
        );
      }
      case 'try': {
        const holding = model.of('main');
        if (holding.by === 'stripe') return 'left out';
        return both(play, one, changeSubscription, { product: 'main', plan: 'pro', trial: true }, () =>
          holding.tryOut('pro', play.edition),
        );
      }
      case 'cancel': {
        const { product, at } = step;
        return changes(play, one, product, cancelSubscription, { product, at }, () => model.of(product).cancel(at));
      }
      case 'resume': {
        const { product } = step;
        return changes(play, one, product, resumeSubscription, { product }, () => model.of(product).resume());
      }
      case 'pause': {
        const { product } = step;
        // When a pause at Stripe ends by itself is decided by a loop that nobody turns here.
        if (model.of(product).by === 'stripe') return 'left out';
        return both(play, one, pauseSubscription, { product }, () => model.of(product).pause());
      }
      case 'coupon': {
        const { product, coupon } = step;
        const named = { organisationId: id, coupon, reason: 'random' };
        if (step.is === 'ended') return both(play, one, endCoupon, named, () => model.coupons.end(coupon, now));
        return both(play, one, giveCoupon, { ...named, product }, () => model.of(product).give(coupon));
      }
      case 'gift':
        return step.is === 'entered'
          ? both(play, one, enterCode, { promotionCode: 'gift' }, () => model.enterGift())
          : both(play, one, endCoupon, { organisationId: id, coupon: 'gift' }, () => model.endGift());
      case 'grant': {
        const from = now + step.fromDays * DAY;
        const at = (instant: number) => new Date(instant).toISOString();
        const until = step.days === null ? {} : { until: at(from + step.days * DAY) };
        const given = { feature: 'rooms', op: step.op, value: step.rooms, from: at(from), ...until, reason: 'random' };
        return both(play, one, createGrant, { organisationId: id, ...given }, () => {
          model.grant(step.op, step.rooms, step.fromDays, step.days);
          return true;
        });
      }
      case 'ungrant': {
        const { items } = await play.ask(listGrants, { organisationId: id }, OPERATOR);
        const last = items.find(({ feature }) => feature === 'rooms');
        if ((last === undefined) !== (model.grants.length === 0)) throw new Error('Another number of grants.');
        if (!last) return 'left out';
        const input = { organisationId: id, grantId: last.id };
        return both(play, one, deleteGrant, input, () => model.grants.pop() !== undefined);
      }
      case 'report':
        return this.usage.report(one, step);
      case 'correct': {
        const name = play.nameOf(step.id);
        const right = model.usage.meterOf(name) === 'guests' ? { value: `g${step.to}` } : { quantity: step.to };
        const to = step.to === 'void' ? { action: 'void' } : { action: 'amend', ...right };
        const input = { id: `e${name}`, ...to, reason: 'random' };
        return both(play, one, correctUsage, input, () => model.usage.correct(name, step.to, now), 'service_key');
      }
      case 'lend':
      case 'hold':
        return this.usage.lend(one, step);
      case 'giveBack':
      case 'commit':
      case 'release':
        return this.usage.end(one, step);
      case 'invoice':
        return this.invoices.change(one, step);
      case 'order': {
        const { packages: quantity } = step;
        const input = { package: 'scans30', quantity, orderKey: `o${now}` };
        return both(play, one, orderPackage, input, () => model.order(quantity));
      }
      case 'give': {
        const { scans: amount, priority, days, asLast } = step;
        const last = model.usage.scans.credits.at(-1)?.until;
        const same = asLast && last !== undefined && last > now && Number.isFinite(last) ? last : undefined;
        const ends = same ?? (days === null ? undefined : now + days * DAY);
        const until = ends === undefined ? {} : { until: new Date(ends).toISOString() };
        const given = { creditKey: `g${now}`, feature: 'scans', amount, priority, ...until, reason: 'random' };
        return both(play, one, giveCredit, { organisationId: id, ...given }, () => {
          model.usage.scans.give({ amount, priority, days, free: true, until: same }, now);
          return true;
        });
      }
      case 'takeBack': {
        const [last] = (await play.ask(listCredits, { organisationId: id, limit: 1 }, OPERATOR)).items;
        if (!last) return 'left out';
        return both(play, one, endCredit, { organisationId: id, creditId: last.id, reason: 'random' }, () => {
          model.usage.scans.takeBack(now);
          return true;
        });
      }
      case 'members':
        model.members = step.are;
        await play.countMembers(one);
        return 'done';
      case 'follow': {
        const holding = model.of('main');
        if (holding.by === 'stripe') return 'left out';
        const following = step.cap !== null;
        const input = { product: 'main', following, ...(step.cap !== null && { monthlyCapMinor: step.cap }) };
        return both(play, one, followMembers, input, () => holding.follow(step.cap ?? undefined));
      }
      case 'buy':
        // What is bought at Stripe is not followed here.
        if (model.of('main').follows) return 'left out';
        return this.stripe.buy(one, step);
      case 'card':
      case 'dashboard':
      case 'refund':
      case 'dispute':
      case 'forgive':
      case 'creditNote':
        return this.stripe.happens(one, step);
    }
  }
}
