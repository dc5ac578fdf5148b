import { createCheckout, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { endCredit, giveCredit, listCredits, orderPackage } from '@tidegate/contracts/billing/credits';
import { createGrant, deleteGrant, listGrants } from '@tidegate/contracts/billing/grants';
import {
  creditInvoice,
  extendInvoice,
  listInvoices,
  payInvoice,
  voidInvoice,
} from '@tidegate/contracts/billing/invoices';
import {
  cancelSubscription,
  changeSubscription,
  pauseSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { checkEntitlement, commitHold, releaseHold } from '@tidegate/contracts/usage/check';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import type { Invoice } from './books.ts';
import { DAY, HOUR } from './calendar.ts';
import { byNumber } from './compare.ts';
import { Mismatch, OPERATOR, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import type { OwnStep } from './steps.ts';
import { factsOf } from './stripe-facts.ts';
import { BEGIN } from './template.ts';

/** Carries out what one organisation does, in the services and in the model. */
export class OwnSteps {
  constructor(private readonly play: Play) {}

  /** Ids are used again for some weeks: then they have expired. */
  private nameOf = (id: number): string => `${id}-${Math.floor((this.play.world.now - BEGIN) / (20 * DAY))}`;

  /** A lease expires some time from two hours after its end on. */
  private hasExpired(one: Organisation, name: string): boolean {
    const lent = one.model.usage.lent.get(name);
    return lent !== undefined && lent.expires < this.play.world.now - 2 * HOUR;
  }

  async carryOut(one: Organisation, step: OwnStep): Promise<string> {
    const { model, id } = one;
    const product = { product: 'main' };
    const byStripe = model.sub.by === 'stripe';
    switch (step.do) {
      case 'set': {
        if (byStripe) return 'left out';
        const { plan, status, interval, rooms5 } = step;
        const addons =
          rooms5 === undefined ? {} : { addons: rooms5 > 0 ? [{ addon: 'rooms5', quantity: rooms5 }] : [] };
        const input = { organisationId: id, ...product, plan, status, ...(interval && { interval }), ...addons };
        return this.both(one, setSubscription, input, () =>
          model.operatorSets(plan, status, this.play.edition, {
            ...(interval && { interval }),
            ...(rooms5 !== undefined && { rooms5 }),
          }),
        );
      }
      case 'choose':
        return this.changes(one, changeSubscription, { ...product, plan: step.plan }, () =>
          model.choose(step.plan, this.play.edition),
        );
      case 'try':
        if (byStripe) return 'left out';
        return this.both(one, changeSubscription, { ...product, plan: 'pro', trial: true }, () =>
          model.tryPro(this.play.edition),
        );
      case 'cancel':
        return this.changes(one, cancelSubscription, { ...product, at: step.at }, () => model.cancel(step.at));
      case 'resume':
        return this.changes(one, resumeSubscription, product, () => model.resume());
      case 'pause':
        // When a pause at Stripe ends by itself is decided by a loop that nobody turns here.
        if (byStripe) return 'left out';
        return this.both(one, pauseSubscription, product, () => model.pause());
      case 'grant': {
        const from = this.play.world.now + step.fromDays * DAY;
        const at = (instant: number) => new Date(instant).toISOString();
        const until = step.days === null ? {} : { until: at(from + step.days * DAY) };
        const given = { feature: 'rooms', op: step.op, value: step.rooms, from: at(from), ...until, reason: 'random' };
        return this.both(one, createGrant, { organisationId: id, ...given }, () => {
          model.grant(step.op, step.rooms, step.fromDays, step.days);
          return true;
        });
      }
      case 'ungrant': {
        const { items } = await this.play.ask(listGrants, { organisationId: id }, OPERATOR);
        const last = items.find(({ feature }) => feature === 'rooms');
        if ((last === undefined) !== (model.grants.length === 0)) throw new Error('Another number of grants.');
        if (!last) return 'left out';
        return this.both(
          one,
          deleteGrant,
          { organisationId: id, grantId: last.id },
          () => model.grants.pop() !== undefined,
        );
      }
      case 'report':
        return this.report(one, step);
      case 'correct': {
        const to = step.to === 'void' ? { action: 'void' } : { action: 'amend', quantity: step.to };
        const input = { id: `e${this.nameOf(step.id)}`, ...to, reason: 'random' };
        return this.both(
          one,
          correctUsage,
          input,
          () => model.usage.correct(this.nameOf(step.id), step.to, this.play.world.now),
          'service_key',
        );
      }
      case 'lend':
      case 'hold':
        return this.lend(one, step);
      case 'giveBack': {
        const leaseId = one.leases.get(step.name);
        if (!leaseId || this.hasExpired(one, `l${step.name}`)) return 'left out';
        return this.both(one, returnLease, { leaseId, spent: step.spent }, () =>
          model.usage.giveBack(`l${step.name}`, step.spent),
        );
      }
      case 'commit': {
        const holdId = one.holds.get(step.name);
        if (!holdId || this.hasExpired(one, `h${step.name}`)) return 'left out';
        const limit = model.may().reports;
        return this.both(one, commitHold, { holdId, quantity: step.quantity }, () =>
          model.usage.commit(`h${step.name}`, step.quantity, limit, this.play.world.now),
        );
      }
      case 'release': {
        const holdId = one.holds.get(step.name);
        if (!holdId || this.hasExpired(one, `h${step.name}`)) return 'left out';
        return this.both(one, releaseHold, { holdId }, () => model.usage.release(`h${step.name}`, this.play.world.now));
      }
      case 'invoice':
        return this.invoice(one, step);
      case 'order': {
        const { packages: quantity } = step;
        const input = { package: 'scans30', quantity, orderKey: `o${this.play.world.now}` };
        return this.both(one, orderPackage, input, () => model.order(quantity));
      }
      case 'give': {
        const { scans: amount, priority, days } = step;
        const { now } = this.play.world;
        const until = days === null ? {} : { until: new Date(now + days * DAY).toISOString() };
        const given = { creditKey: `g${now}`, feature: 'scans', amount, priority, ...until, reason: 'random' };
        return this.both(one, giveCredit, { organisationId: id, ...given }, () => {
          model.usage.scans.give({ amount, priority, days, free: true }, now);
          return true;
        });
      }
      case 'takeBack': {
        const [last] = (await this.play.ask(listCredits, { organisationId: id, limit: 1 }, OPERATOR)).items;
        if (!last) return 'left out';
        return this.both(one, endCredit, { organisationId: id, creditId: last.id, reason: 'random' }, () => {
          model.usage.scans.takeBack(this.play.world.now);
          return true;
        });
      }
      case 'buy':
        return this.buy(one);
      case 'card':
        if (one.method) this.play.world.stripe.card(one.method, step.pays ? 'pays' : 'declines');
        return 'done';
      case 'dashboard': {
        const said = byStripe ? await factsOf(this.play.world, one) : undefined;
        if (!said || said.billed.status === 'canceled') return 'left out';
        await said.cancel(step.cancel);
        one.stale = true;
        await this.play.settle();
        return 'done';
      }
    }
  }

  /** The operator does something to one of our own invoices; what follows for the subscription does so at once. */
  private async invoice(one: Organisation, step: OwnStep & { do: 'invoice' }): Promise<string> {
    const { books } = one.model;
    const listed = (await this.play.ask(listInvoices, { limit: 100 }, one.id)).items;
    const own = listed.filter(({ provider }) => provider === 'manual').sort(byNumber);
    if (own.length !== books.invoices.length)
      throw new Mismatch(one, `has ${own.length} invoices; the model says ${books.invoices.length}`);
    if (own.length === 0) return 'left out';
    const index = step.which % own.length;
    const known = books.invoices[index] as Invoice;
    const input = { organisationId: one.id, invoiceId: own[index]?.id, reason: 'random' };
    const { cents, days } = step;
    const dueAt = this.play.world.now + days * DAY;
    const outcome = await this.play.arrived().then(() => {
      switch (step.is) {
        case 'paid':
          return this.both(one, payInvoice, input, () => books.pay(known));
        case 'withdrawn':
          return this.both(one, voidInvoice, input, () => books.withdraw(known));
        case 'credited': {
          const more = { amountMinor: cents, creditKey: `c${this.play.world.now}` };
          return this.both(one, creditInvoice, { ...input, ...more }, () => books.credit(known, cents));
        }
        case 'extended':
          return this.both(one, extendInvoice, { ...input, dueAt: new Date(dueAt).toISOString() }, () =>
            books.extend(known, dueAt),
          );
      }
    });
    await this.play.settle();
    return outcome;
  }

  /** In the services and in the model; both carry it out, or both refuse. */
  private async both<Op extends Operation>(
    one: Organisation,
    operation: Op,
    input: unknown,
    inModel: () => boolean,
    kind: 'user' | 'service_key' = 'user',
  ): Promise<string> {
    const problem = await this.play
      .ask(operation, input, operation.scope === 'operator' ? OPERATOR : one.id, kind)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (problem && !(problem instanceof ProblemError)) throw problem;
    const carriedOut = problem === undefined;
    if (carriedOut !== inModel()) {
      const why = carriedOut ? 'was carried out' : `was refused (${(problem as Error).message})`;
      throw new Mismatch(one, `${operation.name} ${why}; the model says the opposite`);
    }
    return carriedOut ? 'done' : `refused: ${(problem as ProblemError).code}`;
  }

  /** What Stripe bills for changes there, and then it is as Stripe says. */
  private async changes<Op extends Operation>(
    one: Organisation,
    operation: Op,
    input: unknown,
    inModel: () => boolean,
  ): Promise<string> {
    if (one.model.sub.by !== 'stripe') return this.both(one, operation, input, inModel);
    if (one.stale) return 'left out';
    const problem = await this.play.ask(operation, input, one.id).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem && !(problem instanceof ProblemError)) throw problem;
    await this.play.copyFromStripe(one);
    return problem ? `Stripe refused: ${(problem as ProblemError).code}` : 'done at Stripe';
  }

  private async report(one: Organisation, step: OwnStep & { do: 'report' }): Promise<string> {
    const { model, id } = one;
    const { now } = this.play.world;
    // What went by the stream is judged when it is read, which may be later: it is never near an edge.
    const hoursAgo = step.by === 'service' ? Math.min(Math.max(step.hoursAgo, 0), 240) : step.hoursAgo;
    const at = now - Math.round(hoursAgo * HOUR);
    const event = { id: `e${this.nameOf(step.id)}`, meter: step.meter, quantity: step.quantity };
    const gone = this.hasExpired(one, `l${step.lease}`);
    const lease = step.lease === undefined || gone ? undefined : one.leases.get(step.lease);
    // What is drawn depends on what is known when it is counted.
    if (step.meter === 'scans') await this.play.arrived();
    const inModel = () =>
      model.usage.report(
        step.by,
        {
          id: this.nameOf(step.id),
          meter: step.meter,
          quantity: step.quantity,
          at,
          ...(lease && { lease: `l${step.lease}` }),
        },
        now,
      );
    if (step.by === 'service') {
      const unique = `${id} ${this.nameOf(step.id)}`;
      const sent = { ...event, id: unique, org: id, at: new Date(at).toISOString(), source: 'bot-executor' };
      for (let copy = step.twice ? 2 : 1; copy > 0; copy -= 1) await this.play.world.publish(sent);
      const admission = inModel();
      if (step.twice) inModel();
      if (admission === 'accepted') this.play.published.push(unique);
      return admission;
    }
    const sent = { ...event, time: new Date(at).toISOString(), ...(lease && { lease }) };
    const expected = [inModel(), ...(step.twice ? [inModel()] : [])];
    const kind = step.by === 'operator' ? 'service_key' : 'user';
    const answer = await this.play.ask(ingestUsage, { events: step.twice ? [sent, sent] : [sent] }, id, kind);
    const count = (what: string) => expected.filter((one) => one === what).length;
    const wanted = { accepted: count('accepted'), duplicates: count('duplicate') };
    const refused = expected.filter((one) => one !== 'accepted' && one !== 'duplicate');
    const got = answer.rejected.map(({ code }) => code);
    if (answer.accepted !== wanted.accepted || answer.duplicates !== wanted.duplicates || `${got}` !== `${refused}`)
      throw new Mismatch(one, `${JSON.stringify(answer)}; the model says ${expected}`);
    return `${expected}`;
  }

  private async lend(one: Organisation, step: OwnStep & { do: 'lend' | 'hold' }): Promise<string> {
    const { model, id } = one;
    const isHold = step.do === 'hold';
    const known = (isHold ? one.holds : one.leases).has(step.name);
    if (known) return 'left out';
    await this.play.arrived();
    const { now } = this.play.world;
    const window = model.window('reports');
    const limit = model.may().reports;
    const want = isHold ? step.quantity : step.want;
    const barred = model.access() === 'read_only';
    const expected = barred ? 0 : model.usage.slice(want, isHold || step.whole, limit, window, now);
    const name = `${id} ${step.name}`;
    let granted: number;
    if (isHold) {
      const hold = { key: name, ttlSeconds: step.seconds };
      const answer = await this.play.ask(checkEntitlement, { feature: 'reports', quantity: want, hold }, id);
      granted = answer.allowed ? want : 0;
      if (answer.holdId) one.holds.set(step.name, answer.holdId);
    } else {
      const asked = {
        meter: 'reports',
        want,
        whole: step.whole,
        holderId: 'h',
        leaseKey: name,
        ttlSeconds: step.seconds,
      };
      const answer = await this.play.ask(takeLease, asked, id);
      ({ granted } = answer);
      if (answer.leaseId) one.leases.set(step.name, answer.leaseId);
    }
    if (granted !== expected) throw new Mismatch(one, `${granted} were lent; the model says ${expected}`);
    if (granted > 0) model.usage.lend(`${isHold ? 'h' : 'l'}${step.name}`, granted, isHold, step.seconds, window, now);
    return `${granted}`;
  }

  private async buy(one: Organisation): Promise<string> {
    const { model, id } = one;
    if (model.sub.by !== 'nobody' || model.sub.status === 'trialing') return 'left out';
    const { stripe } = this.play.world;
    one.bought = true;
    const page = await this.play.ask(createCheckout, { product: 'main', plan: 'starter' }, id);
    const visited = await stripe.visit(page.url, { card: '4242' });
    if (visited.status !== 303) throw new Error(`The page answered ${visited.status}: ${JSON.stringify(visited.body)}`);
    await this.play.ask(finishCheckout, { sessionId: page.sessionId }, id);
    await this.play.copyFromStripe(one);
    if (one.model.sub.by !== 'stripe') throw new Mismatch(one, 'was bought, and Stripe bills for nothing');
    return 'bought';
  }
}
