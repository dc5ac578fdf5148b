import type { Chance } from './chance.ts';
import { COUPONS, type Coupon } from './coupons.ts';
import { type Interval, PLANS, type Plan, type Product, type Status } from './sold.ts';
import type { OwnStep } from './steps.ts';
import { type Meter, type Reporter, VALUE_METERS } from './usage-model.ts';

/** What an organisation mostly does: what only shows where much of one kind happens would hardly ever be seen otherwise. */
export type Kind = 'any' | 'borrows' | 'pays' | 'prepays';
export const KINDS: Kind[] = ['any', 'any', 'borrows', 'pays', 'prepays'];

/** Four minutes ahead of us: in the months of a plan that begins before them. */
export const AHEAD = -4 / 60;

export const productOf = (chance: Chance): Product => chance.of('main', 'main', 'bots');
export const planOf = (chance: Chance, product: Product): Plan => chance.of(...PLANS[product]);
export const codeOf = (chance: Chance): { code?: Coupon } => (chance.is(3) ? { code: chance.of(...COUPONS) } : {});

export function ownStep(chance: Chance, kind: Kind): OwnStep {
  if (kind === 'any' || chance.is(4)) return anyStep(chance);
  return kind === 'borrows' ? borrowing(chance) : kind === 'pays' ? paying(chance) : prepaying(chance);
}

/** Several at a time of what is left, in part and as a whole. */
function borrowing(chance: Chance): OwnStep {
  const name = chance.int(1, 5);
  const id = chance.int(1, 8);
  const reports = { do: 'report', by: 'customer', id, meter: 'reports' } as const;
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
      return { ...reports, quantity: chance.int(1, 3), hoursAgo: 0, lease: name };
    default:
      return { ...reports, quantity: chance.int(1, 5), hoursAgo: chance.int(0, 3) };
  }
}

function paying(chance: Chance): OwnStep {
  const product = productOf(chance);
  const paid = PLANS[product].filter((plan) => plan !== 'free');
  switch (chance.int(1, 9)) {
    case 1:
    case 2:
    case 3: {
      const is = chance.of<'paid' | 'withdrawn' | 'credited' | 'extended'>(
        ...(['paid', 'paid', 'withdrawn', 'credited', 'extended'] as const),
      );
      const which = chance.of(-1, chance.int(0, 5));
      return { do: 'invoice', which, is, cents: chance.int(1, 3_000), days: chance.int(1, 50) };
    }
    case 4:
    case 5: {
      const interval = chance.of<Interval>('month', 'year');
      return chance.of<OwnStep>(
        { do: 'choose', product, plan: planOf(chance, product), ...codeOf(chance) },
        { do: 'set', product, plan: chance.of(...paid), status: 'active', interval, ...codeOf(chance) },
      );
    }
    case 6:
      return chance.of<OwnStep>(
        { do: 'resume', product },
        { do: 'cancel', product, at: chance.of('now', 'period_end') },
        { do: 'pause', product },
      );
    case 7:
      return chance.of<OwnStep>(
        { do: 'order', packages: chance.int(1, 2) },
        { do: 'coupon', product, coupon: chance.of(...COUPONS), is: chance.of('given', 'given', 'ended') },
      );
    default: {
      const hoursAgo = chance.of(AHEAD, AHEAD, chance.int(0, 60));
      return {
        do: 'report',
        by: 'customer',
        id: chance.int(1, 8),
        meter: 'pages',
        quantity: chance.int(20, 90),
        hoursAgo,
      };
    }
  }
}

function prepaying(chance: Chance): OwnStep {
  const id = chance.int(1, 4);
  switch (chance.int(1, 12)) {
    case 1:
      return { do: 'order', packages: chance.int(1, 2) };
    case 2:
      return { do: 'invoice', which: chance.of(-1, chance.int(0, 3)), is: 'paid', cents: 1, days: 1 };
    case 3:
    case 4:
    case 5: {
      const days = chance.of(null, chance.int(1, 3), chance.int(1, 50));
      const asLast = chance.is(3);
      return { do: 'give', scans: chance.int(10, 40), priority: chance.of(0, 0, 1), days, asLast };
    }
    case 6:
      return { do: 'takeBack' };
    // More is drawn than the plan includes, and taken back: what was drawn lives on.
    case 7:
    case 8:
    case 9:
      return { do: 'correct', id, to: chance.of<number | 'void'>('void', chance.int(1, 40)) };
    default: {
      const hoursAgo = chance.of(0, 0, chance.int(0, 40), chance.int(0, 24 * 30));
      const by = chance.of<Reporter>('customer', 'operator');
      return { do: 'report', by, id, meter: 'scans', quantity: chance.int(10, 50), hoursAgo };
    }
  }
}

function anyStep(chance: Chance): OwnStep {
  const product = productOf(chance);
  const plan = planOf(chance, product);
  const name = chance.int(1, 4);
  switch (chance.int(1, 28)) {
    case 1:
    case 2: {
      const status = chance.of<Status>('active', 'active', 'active', 'past_due', 'paused', 'unpaid', 'canceled');
      const interval = chance.of<Interval | undefined>('month', 'year', undefined);
      const rooms5 = chance.of(undefined, chance.int(0, 6));
      const more = { ...(interval && { interval }), ...(rooms5 !== undefined && { rooms5 }), ...codeOf(chance) };
      return { do: 'set', product, plan, status, ...more };
    }
    case 3:
    case 4:
      return { do: 'choose', product, plan, ...codeOf(chance) };
    case 5:
      return chance.of<OwnStep>(
        { do: 'try' },
        { do: 'pause', product },
        { do: 'resume', product },
        { do: 'ungrant' },
        { do: 'gift', is: chance.of('entered', 'entered', 'ended') },
      );
    case 6:
      return { do: 'resume', product };
    case 7:
      return { do: 'cancel', product, at: chance.of('now', 'period_end') };
    case 8: {
      const days = chance.of(null, chance.int(1, 40));
      const op = chance.of('set', 'add', 'max');
      return { do: 'grant', op, rooms: chance.int(0, 30), fromDays: chance.int(0, 20), days };
    }
    case 9:
    case 10:
      return buying(chance, product);
    case 11:
      return { do: 'card', pays: chance.of(true, false) };
    case 12:
      return chance.of<OwnStep>(
        { do: 'dashboard', product, cancel: chance.of('now', 'period_end') },
        { do: 'refund', share: chance.of(0.3, 1) },
        { do: 'dispute', lost: chance.of(true, true, false) },
        { do: 'forgive' },
        { do: 'creditNote', share: chance.of(0.3, 1) },
      );
    case 13:
    case 14:
      return { do: 'correct', id: chance.int(1, 6), to: chance.of<number | 'void'>('void', chance.int(1, 90)) };
    case 15: {
      const want = chance.int(1, 60);
      return { do: 'lend', name, want, whole: chance.of(true, false), seconds: chance.of(60, 3_600) };
    }
    case 16:
      return { do: 'giveBack', name, spent: chance.int(0, 4) };
    case 17:
      return { do: 'hold', name, quantity: chance.int(1, 40), seconds: chance.of(60, 86_400) };
    case 18:
      return { do: 'commit', name, quantity: chance.int(0, 45) };
    case 19:
      return { do: 'release', name };
    case 21:
    case 22:
      return chance.of<OwnStep>(following(chance), { do: 'members', are: chance.int(1, 8) });
    case 20:
      return runs(chance, chance.of(AHEAD, 0, chance.int(0, 48)));
    default: {
      const by = chance.of<Reporter>('customer', 'customer', 'operator', 'service');
      const meter = by === 'service' ? 'api_calls' : chance.of<Meter>('reports', 'pages', 'pages', ...VALUE_METERS);
      const hoursAgo = chance.of(0, 0, chance.int(0, 20), chance.int(0, 24 * 37), -1);
      const adds = meter === 'reports' || meter === 'pages';
      const lease = chance.is(5) && adds ? { lease: name } : {};
      const quantity = chance.int(1, lease.lease ? 5 : 70);
      return { do: 'report', by, id: chance.int(1, 8), meter, quantity, hoursAgo, ...lease, twice: chance.is(4) };
    }
  }
}

export function buying(chance: Chance, product: Product): OwnStep {
  const plan = chance.of(...PLANS[product].filter((one) => one !== 'free'));
  const interval = ['pro', 'plus'].includes(plan) && chance.is(3) ? { interval: 'year' as const } : {};
  return { do: 'buy', product, plan, ...interval, ...codeOf(chance) };
}

/** So many members are bought by themselves, up to a cap in cents. */
export const following = (chance: Chance): OwnStep => ({ do: 'follow', cap: chance.of(null, 0, 600, 1_000, 1_500) });

export const runs = (chance: Chance, hoursAgo: number): OwnStep => ({
  do: 'report',
  by: 'customer',
  id: chance.int(1, 8),
  meter: 'runs',
  quantity: chance.int(1, 60),
  hoursAgo,
});
