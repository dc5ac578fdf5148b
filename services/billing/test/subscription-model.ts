/*
 * What an organisation of the shop (`shop.ts`) may do of `monitoring`, told as a list of facts and read from the top each
 * time: written apart from the service, for histories of random steps. Times are milliseconds on the model's own clock.
 */
const DAY = 86_400_000;

interface PlanFacts {
  servers: number;
  seats: number;
  calls: number;
  days: number;
  reports: string;
}
const PLANS: Record<string, PlanFacts> = {
  free: { servers: 1, seats: 1, calls: 100, days: 7, reports: 'none' },
  starter: { servers: 5, seats: 1, calls: 1_000, days: 30, reports: 'none' },
  pro: { servers: 20, seats: 3, calls: 10_000, days: 90, reports: 'premium' },
};
const SOLD_WITH: Record<string, string[]> = { extra_servers: ['starter', 'pro'], archive: ['pro'] };

export type Step =
  | { do: 'operator'; plan: string; status: 'active' | 'past_due' | 'paused' | 'unpaid' | 'canceled' }
  | { do: 'addons'; extra: number; archive: boolean }
  | { do: 'choose'; plan: string }
  | { do: 'try' }
  | { do: 'cancel'; at: 'now' | 'period_end' }
  | { do: 'resume' }
  | { do: 'pause' }
  | { do: 'grant'; op: 'set' | 'add' | 'max'; servers: number; fromDays: number; days: number | null }
  | { do: 'ungrant' }
  | { do: 'pass'; days: number };

interface Sub {
  plan: string;
  status: string;
  byHand: boolean;
  anchor: number;
  trialEnd?: number | undefined;
  cancelAt?: number | undefined;
  graceEnd?: number | undefined;
  pausedByOperator?: boolean | undefined;
  pauseEnd?: number | undefined;
  next?: { plan: string; at: number } | undefined;
  addons: { name: string; quantity: number; until?: number | undefined }[];
}

export class SubscriptionModel {
  now: number;
  private sub: Sub;
  private tried = false;
  private readonly pauses: number[] = [];
  private readonly grants: { op: string; servers: number; from: number; until: number; order: number }[] = [];

  /** @param calendar turns an instant of the model into one of the calendar by which months are counted */
  constructor(
    start: number,
    private readonly calendar: (at: number) => number,
  ) {
    this.now = start;
    this.sub = { plan: 'free', status: 'active', byHand: false, anchor: whole(start), addons: [] };
  }

  /** Whether the step is carried out; otherwise it is refused and changes nothing. */
  step(step: Step): boolean {
    const { sub } = this;
    const mine = ['choose', 'try', 'cancel', 'resume', 'pause'].includes(step.do);
    if (mine && sub.pausedByOperator) return false;
    const fresh = {
      trialEnd: undefined,
      cancelAt: undefined,
      graceEnd: undefined,
      next: undefined,
      pausedByOperator: undefined,
      pauseEnd: undefined,
    };
    const addonsWith = (plan: string) =>
      valid(sub.status) ? sub.addons.filter(({ name }) => SOLD_WITH[name]?.includes(plan)) : [];
    switch (step.do) {
      case 'operator': {
        if (step.status === 'canceled') return this.end(this.now);
        if (step.plan === 'free' && ['past_due', 'unpaid'].includes(step.status)) return false;
        const addons = addonsWith(step.plan);
        const paid = step.plan !== 'free';
        const anchor = paid && !sub.byHand ? whole(this.now) : sub.anchor;
        const grace = sub.status === 'past_due' ? sub.graceEnd : whole(this.now) + 7 * DAY;
        this.sub = {
          ...fresh,
          plan: step.plan,
          status: step.status,
          byHand: paid,
          anchor,
          addons,
          graceEnd: step.status === 'past_due' ? grace : undefined,
          pausedByOperator: step.status === 'paused',
        };
        return true;
      }
      case 'addons': {
        const wanted = [
          ...(step.extra > 0 ? [{ name: 'extra_servers', quantity: step.extra }] : []),
          ...(step.archive ? [{ name: 'archive', quantity: 1 }] : []),
        ];
        if (wanted.some(({ name, quantity }) => !SOLD_WITH[name]?.includes(sub.plan) || quantity > 5)) return false;
        this.step({ do: 'operator', plan: sub.plan, status: 'active' });
        this.sub.addons = wanted;
        return true;
      }
      case 'choose': {
        if (sub.byHand && valid(sub.status)) {
          if (step.plan === 'free') {
            sub.cancelAt = this.periodEnd();
            sub.next = undefined;
          } else if (sub.plan === 'pro' && step.plan === 'starter') {
            const at = this.periodEnd();
            sub.cancelAt = undefined;
            sub.next = { plan: 'starter', at };
            for (const one of sub.addons) if (one.name === 'archive') one.until ??= at;
          } else {
            // A debt stays with whoever has it.
            const owes = sub.status === 'past_due' ? { status: sub.status, graceEnd: sub.graceEnd } : {};
            const addons = addonsWith(step.plan);
            this.sub = { ...sub, ...fresh, plan: step.plan, status: 'active', addons, ...owes };
          }
          return true;
        }
        if (step.plan !== 'free') return false;
        this.sub = { ...sub, ...fresh, plan: 'free', status: 'active', byHand: false, addons: [] };
        return true;
      }
      case 'try': {
        if (sub.byHand || this.tried) return false;
        this.tried = true;
        this.sub = {
          ...sub,
          ...fresh,
          plan: 'pro',
          status: 'trialing',
          addons: [],
          trialEnd: whole(this.now) + 14 * DAY,
        };
        return true;
      }
      case 'cancel': {
        if (!sub.byHand && sub.status !== 'trialing') return false;
        if (step.at === 'now') return this.end(this.now);
        sub.next = undefined;
        sub.cancelAt = sub.trialEnd ?? this.periodEnd();
        return true;
      }
      case 'resume': {
        if (sub.cancelAt !== undefined) {
          sub.cancelAt = undefined;
          return true;
        }
        if (sub.status === 'paused') {
          sub.status = 'active';
          sub.pauseEnd = undefined;
          return true;
        }
        if (!sub.next) return false;
        for (const one of sub.addons) if (one.until === sub.next.at) one.until = undefined;
        sub.next = undefined;
        return true;
      }
      case 'pause': {
        if (sub.status !== 'active' || !sub.byHand) return false;
        if (this.pauses.filter((begun) => begun > this.now - 365 * DAY).length >= 2) return false;
        this.pauses.push(this.now);
        sub.status = 'paused';
        sub.pauseEnd = this.now + 30 * DAY;
        sub.pausedByOperator = false;
        return true;
      }
      case 'grant': {
        const from = whole(this.now + step.fromDays * DAY);
        const until = step.days === null ? Number.POSITIVE_INFINITY : this.now + (step.fromDays + step.days) * DAY;
        this.grants.push({ op: step.op, servers: step.servers, from, until, order: this.grants.length });
        return true;
      }
      case 'ungrant':
        return this.grants.pop() !== undefined;
      case 'pass':
        return this.pass(step.days * DAY);
    }
  }

  /** The instants at which the clock will change something. */
  coming(): number[] {
    const { trialEnd, cancelAt, graceEnd, pauseEnd, next, addons } = this.sub;
    const own = [trialEnd, cancelAt, graceEnd, pauseEnd, next?.at, ...addons.map(({ until }) => until)];
    const given = this.grants.flatMap(({ from, until }) => [from, until]);
    return [...own, ...given].filter((at): at is number => at !== undefined && Number.isFinite(at) && at > this.now);
  }

  /** What may be done now. */
  read() {
    const { sub, now } = this;
    const plan = valid(sub.status) ? sub.plan : 'free';
    const facts = PLANS[plan] as PlanFacts;
    const live = this.grants.filter(({ from, until }) => from <= now && now < until);
    const latest = live
      .filter(({ op }) => op === 'set')
      .sort((a, b) => a.from - b.from || a.order - b.order)
      .at(-1);
    const most = Math.max(facts.servers, ...live.filter(({ op }) => op === 'max').map(({ servers }) => servers));
    const addons = valid(sub.status) ? sub.addons.filter(({ until }) => until === undefined || now < until) : [];
    let servers = latest ? latest.servers : most;
    for (const one of live) if (one.op === 'add') servers += one.servers;
    for (const one of addons) if (one.name === 'extra_servers') servers += 2 * one.quantity;
    const overdue = sub.status === 'past_due' && sub.graceEnd !== undefined && sub.graceEnd <= now;
    return {
      plan,
      status: sub.status,
      access: sub.status === 'paused' || overdue ? 'read_only' : 'full',
      servers,
      seats: facts.seats,
      calls: facts.calls,
      days: facts.days + (addons.some(({ name }) => name === 'archive') ? 275 : 0),
      reports: facts.reports,
    };
  }

  private end(at: number): boolean {
    this.sub = { plan: 'free', status: 'active', byHand: false, anchor: this.sub.anchor, addons: [] };
    return at > 0;
  }

  /** Day by day would do as well: the next thing that comes is carried out until none is left. */
  private pass(ms: number): boolean {
    const until = this.now + ms;
    for (;;) {
      const { cancelAt, trialEnd, pauseEnd, next } = this.sub;
      const due = [cancelAt, trialEnd, pauseEnd, next?.at].filter(
        (at): at is number => at !== undefined && at <= until,
      );
      if (due.length === 0) break;
      const at = Math.min(...due);
      if (at === cancelAt || at === trialEnd) this.end(at);
      else if (at === pauseEnd) this.sub = { ...this.sub, status: 'active', pauseEnd: undefined };
      else {
        this.sub = { ...this.sub, plan: 'starter', next: undefined };
        this.sub.addons = this.sub.addons.filter(({ name }) => SOLD_WITH[name]?.includes('starter'));
      }
    }
    this.now = until;
    return true;
  }

  /** The end of the month, counted from the anchor, that is running. */
  private periodEnd(): number {
    const anchor = new Date(this.calendar(this.sub.anchor));
    const shift = this.sub.anchor - anchor.getTime();
    for (let months = 1; ; months++) {
      const end = new Date(anchor);
      end.setUTCDate(1);
      end.setUTCMonth(end.getUTCMonth() + months);
      const last = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
      end.setUTCDate(Math.min(anchor.getUTCDate(), last));
      if (end.getTime() + shift > this.now) return end.getTime() + shift;
    }
  }
}

const valid = (status: string): boolean => ['active', 'trialing', 'past_due', 'paused'].includes(status);
const whole = (at: number): number => Math.floor(at / 1_000) * 1_000;
