import type { Interval, Plan, Status } from './sold.ts';
import type { Meter, Reporter } from './usage-model.ts';

/** What one organisation does, or has done to it. Names of events, leases and holds are small numbers, so that they repeat. */
export type OwnStep =
  | { do: 'set'; plan: Plan; status: Status; interval?: Interval; rooms5?: number }
  | { do: 'choose'; plan: Plan }
  | { do: 'try' | 'resume' | 'pause' | 'ungrant' | 'buy' }
  | { do: 'cancel'; at: 'now' | 'period_end' }
  | { do: 'grant'; op: 'set' | 'add' | 'max'; rooms: number; fromDays: number; days: number | null }
  | {
      do: 'report';
      by: Reporter;
      id: number;
      meter: Meter;
      quantity: number;
      hoursAgo: number;
      lease?: number;
      twice?: boolean;
    }
  | { do: 'correct'; id: number; to: number | 'void' }
  | { do: 'lend'; name: number; want: number; whole: boolean; seconds: number }
  | { do: 'giveBack'; name: number; spent: number }
  | { do: 'hold'; name: number; quantity: number; seconds: number }
  | { do: 'commit'; name: number; quantity: number }
  | { do: 'release'; name: number }
  | { do: 'invoice'; which: number; is: 'paid' | 'withdrawn' | 'credited' | 'extended'; cents: number; days: number }
  | { do: 'order'; packages: number }
  | { do: 'give'; scans: number; priority: number; days: number | null }
  | { do: 'takeBack' }
  | { do: 'card'; pays: boolean }
  | { do: 'dashboard'; cancel: 'now' | 'period_end' };

/** What happens to all. */
export type WorldStep =
  | { do: 'pass'; hours: number }
  | { do: 'edition' }
  | { do: 'move'; plan: Plan; at: 'now' | 'period_end' }
  | { do: 'webhooks'; are: 'held' | 'lost' | 'sent'; copies?: number }
  | { do: 'stripe'; fails: 'before' | 'after' | 'busy' }
  /** The service dies when it has sent so many more messages to its database. */
  | { do: 'die'; service: 'billing' | 'usage'; messages: number; lost: boolean }
  | { do: 'stand still'; service: 'billing' | 'usage'; hours: number };

export type Step = (OwnStep & { who: number }) | (WorldStep & { who?: undefined });

/** Small numbers from a seed, the same everywhere. */
export class Chance {
  constructor(private state: number) {}

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both included. */
  int = (from: number, to: number): number => from + Math.floor(this.next() * (to - from + 1));
  of = <T>(...all: T[]): T => all[this.int(0, all.length - 1)] as T;
  is = (oneIn: number): boolean => this.int(1, oneIn) === 1;
}

/** So many organisations, each with so many steps, in one random order with what happens to all of them. */
export function randomSteps(seed: number, organisations: number, each: number): Step[] {
  const chance = new Chance(seed);
  const steps: Step[] = [];
  const left = Array.from({ length: organisations }, () => each);
  const unpaid = Array.from({ length: organisations }, () => true);
  const kinds = left.map(() => chance.of<Kind>('any', 'any', 'borrows', 'pays', 'prepays'));
  while (left.some((count) => count > 0)) {
    if (chance.is(Math.ceil(organisations / 3))) steps.push(worldStep(chance));
    const who = chance.int(0, organisations - 1);
    if ((left[who] as number) === 0) continue;
    const kind = kinds[who] as Kind;
    // A few at a time: what is lent for a minute is held beside other things, and not weeks before them.
    for (let some = chance.int(1, kind === 'any' ? 3 : 6); some > 0 && (left[who] as number) > 0; some -= 1) {
      left[who] = (left[who] as number) - 1;
      // Two thirds begin with something that is paid for, or little would be charged.
      const first = unpaid[who] && chance.of(true, true, false);
      unpaid[who] = false;
      steps.push({ who, ...(first ? beginning(chance, kind) : ownStep(chance, kind)) });
    }
  }
  return steps;
}

/** What an organisation mostly does: what only shows where much of one kind happens would hardly ever be seen otherwise. */
type Kind = 'any' | 'borrows' | 'pays' | 'prepays';

function beginning(chance: Chance, kind: Kind): OwnStep {
  // The free plan has ten reports: whoever borrows of them is near the limit at once.
  if (kind === 'borrows')
    return { do: 'report', by: 'customer', id: 9, meter: 'reports', quantity: chance.int(1, 9), hoursAgo: 0 };
  // Months are counted from when it is paid for: what was used before moves.
  if (kind === 'pays' && chance.is(2))
    return {
      do: 'report',
      by: 'customer',
      id: 9,
      meter: 'pages',
      quantity: chance.int(1, 60),
      hoursAgo: chance.int(0, 3),
    };
  if (kind === 'any' && chance.is(3)) return { do: 'buy' };
  return { do: 'set', plan: chance.of('starter', 'pro'), status: 'active', rooms5: chance.int(0, 2) };
}

function worldStep(chance: Chance): Step {
  switch (chance.int(0, 10)) {
    case 0:
      return { do: 'move', plan: chance.of<Plan>('starter', 'pro'), at: chance.of('now', 'period_end') };
    case 1:
      return { do: 'edition' };
    case 2:
      return { do: 'webhooks', are: chance.of('held', 'lost', 'sent'), copies: chance.int(1, 3) };
    case 3:
      return { do: 'stripe', fails: chance.of('before', 'after', 'busy') };
    case 4:
    case 5:
      return {
        do: 'die',
        service: chance.of('billing', 'usage'),
        messages: chance.int(1, 25),
        lost: chance.of(true, false),
      };
    case 6:
      return { do: 'stand still', service: chance.of('billing', 'usage'), hours: chance.int(1, 24 * 40) };
    default:
      return { do: 'pass', hours: chance.is(3) ? chance.int(1, 30) : chance.int(24, 24 * 35) };
  }
}

function ownStep(chance: Chance, kind: Kind): OwnStep {
  if (kind === 'any' || chance.is(4)) return anyStep(chance);
  return kind === 'borrows' ? borrowing(chance) : kind === 'pays' ? paying(chance) : prepaying(chance);
}

/** Several at a time of what is left, in part and as a whole. */
function borrowing(chance: Chance): OwnStep {
  const name = chance.int(1, 5);
  const id = chance.int(1, 8);
  switch (chance.int(1, 10)) {
    case 1:
    case 2:
    case 3:
      return { do: 'lend', name, want: chance.int(1, 8), whole: chance.is(2), seconds: chance.of(60, 3_600) };
    case 4:
    case 5:
      return { do: 'hold', name, quantity: chance.int(1, 6), seconds: chance.of(60, 86_400) };
    case 6:
      return { do: 'giveBack', name, spent: chance.int(0, 3) };
    case 7:
      return { do: 'commit', name, quantity: chance.int(0, 8) };
    case 8:
      return { do: 'release', name };
    case 9:
      return {
        do: 'report',
        by: 'customer',
        id,
        meter: 'reports',
        quantity: chance.int(1, 3),
        hoursAgo: 0,
        lease: name,
      };
    default:
      return {
        do: 'report',
        by: 'customer',
        id,
        meter: 'reports',
        quantity: chance.int(1, 5),
        hoursAgo: chance.int(0, 3),
      };
  }
}

function paying(chance: Chance): OwnStep {
  const is = chance.of<'paid' | 'withdrawn' | 'credited' | 'extended'>(
    'paid',
    'paid',
    'withdrawn',
    'credited',
    'extended',
  );
  switch (chance.int(1, 8)) {
    case 1:
    case 2:
    case 3:
      return { do: 'invoice', which: chance.int(0, 5), is, cents: chance.int(1, 3_000), days: chance.int(1, 50) };
    case 4:
      return chance.of<OwnStep>(
        { do: 'choose', plan: chance.of<Plan>('free', 'starter', 'pro') },
        { do: 'set', plan: chance.of<Plan>('starter', 'pro'), status: 'active', interval: chance.of('month', 'year') },
      );
    case 5:
      return chance.of<OwnStep>(
        { do: 'resume' },
        { do: 'cancel', at: chance.of('now', 'period_end') },
        { do: 'pause' },
      );
    case 6:
      return { do: 'order', packages: chance.int(1, 2) };
    default:
      return {
        do: 'report',
        by: 'customer',
        id: chance.int(1, 8),
        meter: 'pages',
        quantity: chance.int(20, 90),
        hoursAgo: chance.int(0, 60),
      };
  }
}

function prepaying(chance: Chance): OwnStep {
  switch (chance.int(1, 9)) {
    case 1:
      return { do: 'order', packages: chance.int(1, 2) };
    case 2:
      return { do: 'invoice', which: chance.int(0, 3), is: 'paid', cents: 1, days: 1 };
    case 3:
    case 4:
      return {
        do: 'give',
        scans: chance.int(1, 30),
        priority: chance.int(0, 1),
        days: chance.of(null, chance.int(1, 50)),
      };
    case 5:
      return { do: 'takeBack' };
    case 6:
      return { do: 'correct', id: chance.int(1, 6), to: chance.of<number | 'void'>('void', chance.int(1, 40)) };
    default:
      return {
        do: 'report',
        by: chance.of<Reporter>('customer', 'operator'),
        id: chance.int(1, 6),
        meter: 'scans',
        quantity: chance.int(1, 40),
        hoursAgo: chance.of(0, 0, chance.int(0, 40), chance.int(0, 24 * 30)),
      };
  }
}

function anyStep(chance: Chance): OwnStep {
  const plan = chance.of<Plan>('free', 'starter', 'pro');
  const name = chance.int(1, 4);
  switch (chance.int(1, 24)) {
    case 1:
    case 2: {
      const status = chance.of<Status>('active', 'active', 'active', 'past_due', 'paused', 'unpaid', 'canceled');
      const interval = chance.of<Interval | undefined>('month', 'year', undefined);
      const rooms5 = chance.of(undefined, chance.int(0, 6));
      return { do: 'set', plan, status, ...(interval && { interval }), ...(rooms5 !== undefined && { rooms5 }) };
    }
    case 3:
    case 4:
      return { do: 'choose', plan };
    case 5:
      return { do: chance.of('try', 'pause', 'resume', 'ungrant') };
    case 6:
      return { do: 'resume' };
    case 7:
      return { do: 'cancel', at: chance.of('now', 'period_end') };
    case 8: {
      const days = chance.of(null, chance.int(1, 40));
      return {
        do: 'grant',
        op: chance.of('set', 'add', 'max'),
        rooms: chance.int(0, 30),
        fromDays: chance.int(0, 20),
        days,
      };
    }
    case 9:
      return { do: 'buy' };
    case 10:
      return chance.of<OwnStep>(
        { do: 'card', pays: chance.of(true, false) },
        { do: 'dashboard', cancel: chance.of('now', 'period_end') },
      );
    case 11:
    case 12:
      return { do: 'correct', id: chance.int(1, 6), to: chance.of<number | 'void'>('void', chance.int(1, 90)) };
    case 13:
      return {
        do: 'lend',
        name,
        want: chance.int(1, 60),
        whole: chance.of(true, false),
        seconds: chance.of(60, 3_600),
      };
    case 14:
      return { do: 'giveBack', name, spent: chance.int(0, 4) };
    case 15:
      return { do: 'hold', name, quantity: chance.int(1, 40), seconds: chance.of(60, 86_400) };
    case 16:
      return { do: 'commit', name, quantity: chance.int(0, 45) };
    case 17:
      return { do: 'release', name };
    default: {
      const by = chance.of<Reporter>('customer', 'customer', 'operator', 'service');
      const meter = by === 'service' ? 'api_calls' : chance.of<Meter>('reports', 'pages', 'pages');
      const hoursAgo = chance.of(0, 0, chance.int(0, 20), chance.int(0, 24 * 37), -1);
      const lease = chance.is(5) && by !== 'service' ? { lease: name } : {};
      return {
        do: 'report',
        by,
        id: chance.int(1, 8),
        meter,
        quantity: chance.int(1, lease.lease ? 5 : 70),
        hoursAgo,
        ...lease,
        twice: chance.is(4),
      };
    }
  }
}
