import { checkEntitlement, commitHold, releaseHold } from '@tidegate/contracts/usage/check';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import { both } from './both.ts';
import { HOUR, type Span } from './calendar.ts';
import { Mismatch, type Organisation } from './organisation.ts';
import type { Play } from './play.ts';
import type { OwnStep } from './steps.ts';

/** What is reported, lent and held. */
export class UsageSteps {
  constructor(private readonly play: Play) {}

  /** A lease expires some time from two hours after its end on. */
  private hasExpired(one: Organisation, name: string): boolean {
    const lent = one.model.usage.lent.get(name);
    return lent !== undefined && lent.expires < this.play.world.now - 2 * HOUR;
  }

  async end(one: Organisation, step: OwnStep & { do: 'giveBack' | 'commit' | 'release' }): Promise<string> {
    const { play } = this;
    const { usage } = one.model;
    const isLease = step.do === 'giveBack';
    const name = `${isLease ? 'l' : 'h'}${step.name}`;
    const id = (isLease ? one.leases : one.holds).get(step.name);
    if (!id || this.hasExpired(one, name)) return 'left out';
    switch (step.do) {
      case 'giveBack':
        return both(play, one, returnLease, { leaseId: id, spent: step.spent }, () => usage.giveBack(name, step.spent));
      case 'commit': {
        const limit = one.model.may().reports;
        return both(play, one, commitHold, { holdId: id, quantity: step.quantity }, () =>
          usage.commit(name, step.quantity, limit, play.world.now),
        );
      }
      case 'release':
        return both(play, one, releaseHold, { holdId: id }, () => usage.release(name, play.world.now));
    }
  }

  async report(one: Organisation, step: OwnStep & { do: 'report' }): Promise<string> {
    const { play } = this;
    const { model, id } = one;
    const { now } = play.world;
    // What went by the stream is judged when it is read, which may be later: it is never near an edge.
    const hoursAgo = step.by === 'service' ? Math.min(Math.max(step.hoursAgo, 0), 240) : step.hoursAgo;
    const at = now - Math.round(hoursAgo * HOUR);
    const name = play.nameOf(step.id);
    const said = step.meter === 'guests' ? { value: `g${step.quantity}` } : { quantity: step.quantity };
    const event = { id: `e${name}`, meter: step.meter, ...said };
    const gone = this.hasExpired(one, `l${step.lease}`);
    const lease = step.lease === undefined || gone ? undefined : one.leases.get(step.lease);
    const included = step.meter !== 'runs' || model.of('bots').inForce() !== undefined;
    // What is drawn, or not included, depends on what is known when it is counted.
    if (step.meter === 'scans' || step.meter === 'runs') await play.arrived();
    const reported = { id: name, meter: step.meter, quantity: step.quantity, at, included };
    const inModel = () => model.usage.report(step.by, { ...reported, ...(lease && { lease: `l${step.lease}` }) }, now);
    if (step.by === 'service') {
      const unique = `${id} ${name}`;
      const { meter, quantity } = step;
      const sent = { meter, quantity, id: unique, org: id, at: new Date(at).toISOString(), source: 'bot-executor' };
      for (let copy = step.twice ? 2 : 1; copy > 0; copy -= 1) await play.world.publish(sent);
      const admission = inModel();
      if (step.twice) inModel();
      if (admission === 'accepted') play.published.push(unique);
      return admission;
    }
    const sent = { ...event, time: new Date(at).toISOString(), ...(lease && { lease }) };
    const expected = [inModel(), ...(step.twice ? [inModel()] : [])];
    const kind = step.by === 'operator' ? 'service_key' : 'user';
    const answer = await play.ask(ingestUsage, { events: step.twice ? [sent, sent] : [sent] }, id, kind);
    const count = (what: string) => expected.filter((one) => one === what).length;
    const wanted = { accepted: count('accepted'), duplicates: count('duplicate') };
    const refused = expected.filter((one) => one !== 'accepted' && one !== 'duplicate');
    const got = answer.rejected.map(({ code }) => code);
    if (answer.accepted !== wanted.accepted || answer.duplicates !== wanted.duplicates || `${got}` !== `${refused}`)
      throw new Mismatch(one, `${JSON.stringify(answer)}; the model says ${expected}`);
    return `${expected}`;
  }

  async lend(one: Organisation, step: OwnStep & { do: 'lend' | 'hold' }): Promise<string> {
    const { play } = this;
    const { model, id } = one;
    const isHold = step.do === 'hold';
    if ((isHold ? one.holds : one.leases).has(step.name)) return 'left out';
    await play.arrived();
    const { now } = play.world;
    const window = model.window('reports') as Span;
    const limit = model.may().reports;
    const want = isHold ? step.quantity : step.want;
    const expected = model.isReadOnly ? 0 : model.usage.slice(want, isHold || step.whole, limit, window, now);
    const name = `${id} ${step.name}`;
    let granted: number;
    if (isHold) {
      const hold = { key: name, ttlSeconds: step.seconds };
      const answer = await play.ask(checkEntitlement, { feature: 'reports', quantity: want, hold }, id);
      granted = answer.allowed ? want : 0;
      if (answer.holdId) one.holds.set(step.name, answer.holdId);
    } else {
      const holder = { holderId: 'h', leaseKey: name, ttlSeconds: step.seconds };
      const answer = await play.ask(takeLease, { meter: 'reports', want, whole: step.whole, ...holder }, id);
      ({ granted } = answer);
      if (answer.leaseId) one.leases.set(step.name, answer.leaseId);
    }
    if (granted !== expected) throw new Mismatch(one, `${granted} were lent; the model says ${expected}`);
    if (granted > 0) model.usage.lend(`${isHold ? 'h' : 'l'}${step.name}`, granted, isHold, step.seconds, window, now);
    return `${granted}`;
  }
}
