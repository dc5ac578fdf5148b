import { getCredits } from '@tidegate/contracts/billing/credits';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { newId } from '@tidegate/database/ids';
import { DAY, HOUR, SECOND } from './calendar.ts';
import { catalogue } from './catalogue.ts';
import { balancesOf, compare, leftOfEach, mayNow } from './compare.ts';
import { COUPONS, NO_USES, TERMS, type Uses } from './coupons.ts';
import { Model } from './model.ts';
import { Mismatch, OPERATOR, type Organisation } from './organisation.ts';
import { OwnSteps } from './own-steps.ts';
import { PRODUCTS } from './sold.ts';
import type { Step, WorldStep } from './steps.ts';
import { factsOf, redeemedAt } from './stripe-facts.ts';
import { BEGIN } from './template.ts';
import { Died, type Name, type World } from './world.ts';

/** Answers of a gateway that had none: the operation may have happened. Whoever asks again does so with the same key. */
const UNKNOWN = ['unavailable', 'timeout', 'too_many_requests'];

/** After each of them everybody must say the same of what is used, lent and prepaid: later windows would hide it. */
const USES = new Set<Step['do']>([
  ...(['report', 'correct', 'lend', 'hold', 'giveBack', 'commit', 'release'] as const),
  ...(['give', 'takeBack', 'order', 'invoice'] as const),
  // Another plan may count in other months.
  ...(['set', 'choose', 'try', 'cancel', 'resume', 'buy', 'dashboard'] as const),
]);
/** What may draw prepaid units, or give them back. */
const DRAWS = new Set<Step['do']>(['report', 'correct', 'give', 'takeBack', 'invoice']);
/** Two that pay. */
const CARDS = ['4242', '5555555555554444'];
/** So far ahead somebody looks for what comes next. */
const SOON = 40 * DAY;

/** Carries a history out, in the services and in the model. */
export class Play {
  readonly organisations: Organisation[] = [];
  edition = 0;
  /** Whether webhooks come, so that what happens at Stripe is known at once. */
  private current = true;
  /** Nobody is started again for a while. */
  private still = false;
  /** Ids of usage that went by the stream. */
  readonly published: string[] = [];
  private events = 0;
  /** Who has tried a product with a card. */
  readonly triedCards = new Map<string, string>();
  private readonly uses: Uses = new Map();

  private readonly own = new OwnSteps(this);

  constructor(readonly world: World) {}

  /** Ids are used again for some weeks: then they have expired. */
  nameOf = (id: number): string => `${id}-${Math.floor((this.world.now - BEGIN) / (20 * DAY))}`;

  async open(organisations: number): Promise<void> {
    await this.ask(publishPrices, {}, OPERATOR);
    for (let index = 0; index < organisations; index += 1) {
      const id = newId();
      await this.ask(getEntitlements, {}, id);
      const model = new Model(this.world.now, this.world.dueDays, this.uses);
      this.world.members.set(id, () => model.members);
      this.organisations.push({
        id,
        model,
        leases: new Map(),
        holds: new Map(),
        stale: false,
        bought: false,
        card: CARDS[index % CARDS.length] as string,
        lost: [],
        done: [],
      });
    }
    await this.arrived();
  }

  /** Between two steps a few seconds pass. */
  async step(step: Step): Promise<void> {
    await this.tick();
    if (step.who === undefined) return this.happen(step);
    const one = this.organisations[step.who] as Organisation;
    const { now } = this.world;
    const line = `${new Date(now).toISOString()} ${JSON.stringify(step)}`;
    one.done.push(line);
    const came = await this.own.carryOut(one, step).catch((error: Error) => {
      throw error instanceof Mismatch ? error : new Mismatch(one, error.stack ?? error.message);
    });
    one.done[one.done.length - 1] = `${line} -> ${came}`;
    if (one.model.of('main').follows) {
      await this.settle();
      one.model.countMembers();
    }
    if (USES.has(step.do)) await this.checkUse(one, DRAWS.has(step.do));
  }

  // What happens to all ---------------------------------------------------------------------------------------------

  private async happen(step: WorldStep): Promise<void> {
    const { world } = this;
    for (const one of this.organisations) one.done.push(`${new Date(world.now).toISOString()} ${JSON.stringify(step)}`);
    switch (step.do) {
      case 'pass': {
        await this.pass(step.hours * HOUR);
        return this.checkMay();
      }
      case 'near': {
        const soon = this.organisations.flatMap(({ model }) => model.coming()).filter((at) => at < world.now + SOON);
        if (soon.length === 0) return;
        const at = (soon.sort((a, b) => a - b)[step.which % soon.length] as number) + step.seconds * SECOND;
        if (at <= world.now) return;
        await this.pass(at - world.now);
        return this.checkMay();
      }
      case 'edition':
        if (this.edition === 3) return;
        this.edition += 1;
        await this.ask(applyPlans, { yaml: catalogue(this.edition) }, OPERATOR);
        await this.ask(publishPrices, {}, OPERATOR);
        return;
      case 'move':
        await this.ask(movePlans, { from: `${step.product}.${step.plan}`, at: step.at }, OPERATOR);
        for (const { model } of this.organisations) model.of(step.product).move(step.plan, this.edition, step.at);
        return this.settle();
      case 'webhooks': {
        const { webhooks } = world.stripe;
        if (step.are === 'sent') return this.listen(step.copies);
        this.current = false;
        if (step.are === 'held') webhooks.hold();
        else webhooks.drop(() => true);
        return;
      }
      case 'stripe': {
        const fault =
          step.fails === 'busy'
            ? ({ kind: 'lock_timeout' } as const)
            : ({ kind: 'drop', when: `${step.fails}_effect` } as const);
        world.stripe.faults.next(fault);
        return;
      }
      case 'die':
        world.killAfter(step.service, step.messages, step.lost);
        return;
      case 'stand still':
        await this.arrived();
        world.kill(step.service);
        this.still = true;
        await this.pass(step.hours * HOUR);
        this.still = false;
        await this.settle({ find: this.current });
        return;
    }
  }

  /** Between two steps the clock moves; invoices are dated, so what is due is not put off. */
  private async tick(): Promise<void> {
    const now = this.world.now + 7 * SECOND;
    const due = this.organisations.some(({ model }) => model.coming().some((at) => at <= now));
    await this.world.moveTo(now);
    if (due && !this.still) return this.settle();
    for (const { model } of this.organisations) model.pass(now);
  }

  /** Time passes until the next thing happens at Stripe, and is known before it goes on. */
  private async pass(ms: number): Promise<void> {
    const { world } = this;
    const end = world.now + ms;
    while (world.now < end) {
      const awake = this.current && !this.still;
      const next = awake ? world.stripe.nextInstant(end / SECOND) * SECOND : end;
      await world.moveTo(Math.min(end, Math.max(world.now + SECOND, next)));
      if (!awake) for (const one of this.organisations) one.stale = one.bought;
      await this.settle();
    }
  }

  /** What is due is done in both, also by a service that dies over it. */
  async settle({ find = false }: { find?: boolean } = {}): Promise<void> {
    const { world } = this;
    if (this.still) return;
    for (;;) {
      await this.revive();
      try {
        await world.work({ find });
        if (world.isUp('billing') && world.isUp('usage')) break;
      } catch (error) {
        const away = error instanceof ProblemError && UNKNOWN.includes(error.code);
        if (!away && world.isUp('billing') && world.isUp('usage')) throw error;
      }
    }
    // Whatever happens at Stripe is an event there.
    const events = world.stripe.webhooks.deliveries.length;
    const changed = events !== this.events || this.organisations.some(({ stale }) => stale);
    if (this.current) this.events = events;
    for (const one of this.organisations) {
      one.model.pass(world.now);
      one.model.chargePages();
      if (this.current && changed) await this.copyFromStripe(one);
    }
  }

  /** What Stripe says of an organisation is so. */
  async copyFromStripe(one: Organisation): Promise<void> {
    one.stale = false;
    if (!one.bought) return;
    for (const product of PRODUCTS) {
      const said = await factsOf(this.world, one, product);
      if (said) one.model.of(product).provider(said.billed);
    }
    one.model.disputed = one.lost.length > 0;
  }

  /** What Stripe has counted of limited coupons is known before anybody enters one. */
  async countCoupons(): Promise<void> {
    // A fault of Stripe's that was meant for what comes next may meet this.
    for (let tries = 0; ; tries += 1) {
      try {
        await this.revive();
        await this.world.countCoupons();
        break;
      } catch (error) {
        if (tries === 20) throw error;
      }
    }
    const redeemed = await redeemedAt(this.world);
    for (const coupon of COUPONS.filter((one) => TERMS[one].most !== undefined))
      this.uses.set(coupon, { ...(this.uses.get(coupon) ?? NO_USES), atStripe: redeemed.get(coupon) ?? 0 });
  }

  /** Members have joined or left: an event says so, and that is all that it says. */
  async countMembers(one: Organisation): Promise<void> {
    for (;;) {
      await this.revive();
      try {
        return await this.world.memberChanged(one.id);
      } catch (error) {
        if (this.world.isUp('billing')) throw error;
      }
    }
  }

  /** Webhooks come again, in any order and several times; what was lost is found in the list of events. */
  private async listen(copies = 1): Promise<void> {
    const { webhooks } = this.world.stripe;
    this.current = true;
    webhooks.dropNoMore();
    await webhooks.release({ shuffle: true, copies });
    await this.settle({ find: true });
  }

  /** Everything that was sent has arrived, also at a service that dies over it. */
  async arrived(): Promise<void> {
    for (;;) {
      await this.revive();
      try {
        await this.world.arrived(this.published);
        // Single events are dropped after a year.
        this.published.length = 0;
        return;
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
    }
  }

  private async revive(): Promise<void> {
    for (const name of ['billing', 'usage'] as Name[]) {
      if (this.world.isUp(name)) continue;
      await this.world.bury(name);
      await this.world.start(name);
    }
  }

  /** With a key of its own, again and again until somebody knows what came of it. */
  async ask<Op extends Operation>(
    operation: Op,
    input: unknown,
    orgId: string,
    kind: 'user' | 'service_key' = 'user',
  ): Promise<Output<Op>> {
    const key = operation.readonly ? undefined : newId();
    for (let attempt = 0; ; attempt += 1) {
      if (attempt > 0) await this.revive();
      try {
        const answer = await this.world.call(operation, input, { orgId, kind, ...(key && { key }) });
        this.world.spareAll();
        return answer;
      } catch (error) {
        const unknown = error instanceof Died || (error instanceof ProblemError && UNKNOWN.includes(error.code));
        if (!unknown || attempt > 20) {
          this.world.spareAll();
          throw error;
        }
      }
    }
  }

  private async checkUse(one: Organisation, draws: boolean): Promise<void> {
    if (one.stale) return;
    await this.arrived();
    const { model } = one;
    const said = JSON.stringify(await this.ask(usageLimits, {}, one.id).then(balancesOf));
    const wanted = JSON.stringify(model.balances());
    if (said !== wanted) throw new Mismatch(one, `has used ${said}\n     the model: ${wanted}`);
    if (!draws || model.usage.scans.credits.length === 0) return;
    const left = JSON.stringify(await this.ask(getCredits, {}, one.id).then(leftOfEach));
    const leftInModel = JSON.stringify(model.usage.scans.leftOfEach(model.now));
    if (left !== leftInModel) throw new Mismatch(one, `has left ${left}\n     the model: ${leftInModel}`);
  }

  private async checkMay(): Promise<void> {
    const one = await this.differing();
    if (!one) return;
    const line = JSON.stringify((await mayNow(this.world)).get(one.id));
    throw new Mismatch(one, `may do ${line}\n     the model: ${JSON.stringify(one.model.may())}`);
  }

  /** Whoever may do something else than the model says. */
  async differing(): Promise<Organisation | undefined> {
    await this.arrived();
    const all = await mayNow(this.world);
    return this.organisations.find(
      (one) => !one.stale && JSON.stringify(all.get(one.id)) !== JSON.stringify(one.model.may()),
    );
  }

  /** Everything has arrived everywhere, and both say the same of everybody. */
  async end(): Promise<void> {
    this.world.spareAll();
    this.world.stripe.faults.clear();
    await this.listen();
    await this.pass(SECOND);
    await this.arrived();
    for (const one of this.organisations) {
      const { services, model } = await compare(this.world, one);
      if (JSON.stringify(services) !== JSON.stringify(model)) throw new Mismatch(one, differenceOf(services, model));
    }
  }
}

function differenceOf(services: object, model: object): string {
  const differ = (key: string) =>
    JSON.stringify(services[key as never]) === JSON.stringify(model[key as never])
      ? []
      : [`${key}: ${JSON.stringify(services[key as never])}\n     the model: ${JSON.stringify(model[key as never])}`];
  return Object.keys(model).flatMap(differ).join('\n');
}
