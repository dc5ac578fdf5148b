import { createCheckout, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { settleDispute } from '@tidegate/contracts/billing/disputes';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { both } from './both.ts';
import { type Coupon, isFor, TERMS } from './coupons.ts';
import { Mismatch, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import { type Interval, type Plan, soldBy } from './sold.ts';
import type { OwnStep } from './steps.ts';
import { cardsOf, dashboardOf, factsOf, invoicesAt, lastCharge } from './stripe-facts.ts';

type Happens = OwnStep & { do: 'card' | 'dashboard' | 'refund' | 'dispute' | 'forgive' | 'creditNote' };

/** What is bought on a page of Stripe's, and what happens there without us. */
export class AtStripe {
  constructor(private readonly play: Play) {}

  async buy(one: Organisation, { product, plan, interval = 'month', code }: OwnStep & { do: 'buy' }): Promise<string> {
    const { play } = this;
    const holding = one.model.of(product);
    if (holding.by !== 'nobody' || holding.sub?.status === 'trialing') return 'left out';
    const { stripe } = play.world;
    one.bought = true;
    const promotionCode = code && { promotionCode: code.toUpperCase() };
    let page: { url: string; sessionId: string };
    try {
      page = await play.ask(createCheckout, { product, plan, interval, ...promotionCode }, one.id);
    } catch (error) {
      if (code && error instanceof ProblemError) return `refused: ${error.code}`;
      throw error;
    }
    const tries = ['pro', 'basic'].includes(plan) && !holding.tried && !holding.triedAtStripe;
    const card = `${product} ${one.card}`;
    const refused = tries && (play.triedCards.get(card) ?? one.id) !== one.id;
    if (tries && !refused) play.triedCards.set(card, one.id);
    const visited = await stripe.visit(page.url, { card: one.card });
    if (visited.status !== 303) throw new Error(`The page answered ${visited.status}: ${JSON.stringify(visited.body)}`);
    await play.ask(finishCheckout, { sessionId: page.sessionId }, one.id);
    holding.triedAtStripe ||= tries;
    await play.copyFromStripe(one);
    const { by, sub } = one.model.of(product);
    const status = by === 'stripe' ? sub?.status : 'nothing';
    const expected = refused ? 'nothing' : tries ? 'trialing' : 'active';
    if (status !== expected) throw new Mismatch(one, `was bought, and it is ${status}; the model says ${expected}`);
    if (expected === 'active') await this.checkPrice(one, { product, plan, interval, code });
    return `bought: ${status}`;
  }

  /** The first invoice is what the catalogue says, less what the code takes from each line. */
  private async checkPrice(
    one: Organisation,
    bought: { product: 'main' | 'bots'; plan: Plan; interval: Interval; code: Coupon | undefined },
  ): Promise<void> {
    const { product, plan, interval, code } = bought;
    const facts = await factsOf(this.play.world, one, product);
    const invoice = (await invoicesAt(this.play.world, one)).findLast(({ subscription }) => subscription === facts?.id);
    const { month, year, setup = 0 } = soldBy(plan, this.play.edition);
    const lines = [(interval === 'year' ? year : month) ?? 0, setup];
    const { share = 0, cents = 0 } = code && isFor(code, plan) ? TERMS[code] : {};
    const off = lines.reduce((sum, line) => sum + Math.floor((line * share) / 1_000 + 0.5), 0);
    const total = lines.reduce((sum, line) => sum + line, 0) - off - cents;
    if (invoice?.total !== total)
      throw new Mismatch(one, `was charged ${invoice?.total} at Stripe; the model says ${total}`);
  }

  async happens(one: Organisation, step: Happens): Promise<string> {
    const { world } = this.play;
    if (step.do === 'forgive') return this.forgive(one);
    if (step.do === 'card') {
      for (const method of await cardsOf(world, one)) world.stripe.card(method, step.pays ? 'pays' : 'declines');
      return 'done';
    }
    const what = await this.atDashboard(one, step);
    if (!what) return 'left out';
    one.stale = true;
    await this.play.settle();
    return what;
  }

  /** undefined: there is nothing of the kind. */
  private async atDashboard(one: Organisation, step: Happens): Promise<string | undefined> {
    const { world } = this.play;
    const dashboard = dashboardOf(world);
    switch (step.do) {
      case 'dashboard': {
        const facts = await factsOf(world, one, step.product);
        if (!facts || facts.billed.status === 'canceled') return undefined;
        if (step.cancel === 'now') await dashboard.subscriptions.cancel(facts.id);
        else await dashboard.subscriptions.update(facts.id, { cancel_at_period_end: true });
        return 'done';
      }
      case 'refund': {
        const charge = await lastCharge(world, one);
        if (!charge) return undefined;
        await dashboard.refunds.create({ charge: charge.id, amount: Math.ceil(charge.amount * step.share) });
        return 'done';
      }
      case 'dispute': {
        const charge = await lastCharge(world, one);
        if (!charge) return undefined;
        const { id, close } = world.stripe.dispute(charge.id);
        close(step.lost ? 'lost' : 'won');
        if (step.lost) one.lost.push(id);
        return step.lost ? 'lost' : 'won';
      }
      case 'creditNote': {
        const all = await invoicesAt(world, one);
        const open = all.find(({ status, remaining }) => status === 'open' && remaining > 0);
        const invoice = open ?? all.find(({ status, paid, credited }) => status === 'paid' && paid > credited);
        if (!invoice) return undefined;
        const amount = Math.ceil((open ? invoice.remaining : invoice.paid - invoice.credited) * step.share);
        await dashboard.creditNotes.create({ invoice: invoice.id, amount, ...(!open && { credit_amount: amount }) });
        return `${amount} of one that was ${invoice.status}`;
      }
      default:
        return undefined;
    }
  }

  /** A lost dispute restricts until somebody settles it. */
  private async forgive(one: Organisation): Promise<string> {
    const [disputeId] = one.lost;
    if (!disputeId) return 'left out';
    const outcome = await both(
      this.play,
      one,
      settleDispute,
      { organisationId: one.id, disputeId, reason: 'random' },
      () => true,
    );
    one.lost.shift();
    one.model.disputed = one.lost.length > 0;
    return outcome;
  }
}
