import { AHEAD, buying, codeOf, KINDS, type Kind, ownStep, productOf, runs } from './any-step.ts';
import { Chance } from './chance.ts';
import { PLANS, type Plan } from './sold.ts';
import type { OwnStep, Step, WorldStep } from './steps.ts';

/** So many organisations, each with so many steps, in one random order with what happens to all of them. */
export function randomSteps(seed: number, organisations: number, each: number): Step[] {
  const chance = new Chance(seed);
  const steps: Step[] = [];
  const left = Array.from({ length: organisations }, () => each);
  const begun = new Set<number>();
  const kinds = left.map(() => chance.of(...KINDS));
  // What is lost or held comes after a while, or hardly anybody would be known any more.
  let silent = 0;
  while (left.some((count) => count > 0)) {
    if (silent > 0 && --silent === 0) steps.push({ do: 'webhooks', are: 'sent', copies: chance.int(1, 3) });
    if (chance.is(Math.ceil(organisations / 3))) {
      const step = worldStep(chance);
      if (step.do === 'webhooks') silent = step.are === 'sent' ? 0 : chance.int(organisations / 2, organisations * 2);
      steps.push(step);
    }
    const who = chance.int(0, organisations - 1);
    const kind = kinds[who] as Kind;
    if ((left[who] as number) === 0) continue;
    const own = whatFollows(chance, kind, !begun.has(who));
    begun.add(who);
    left[who] = Math.max(0, (left[who] as number) - own.filter((step) => !isOfAll(step)).length);
    for (const step of own) steps.push(isOfAll(step) ? step : { who, ...step });
  }
  return steps;
}

type Either = OwnStep | WorldStep;
const OF_ALL = new Set<Either['do']>(['pass', 'near', 'edition', 'move', 'webhooks', 'stripe', 'die', 'stand still']);
const isOfAll = (step: Either): step is WorldStep => OF_ALL.has(step.do);

/** A few at a time: what is lent for a minute is held beside other things, and not weeks before them. */
function whatFollows(chance: Chance, kind: Kind, first: boolean): Either[] {
  // Two thirds begin with something that is paid for, or little would be charged.
  const begins = first && chance.of(true, true, false) ? beginning(chance, kind) : [];
  if (begins.length === 0 && chance.is(kind === 'any' ? 4 : 3)) return scene(chance, kind);
  const many = chance.int(1, kind === 'any' ? 3 : 6);
  return [...begins, ...Array.from({ length: many - Math.min(many, begins.length) }, () => ownStep(chance, kind))];
}

function beginning(chance: Chance, kind: Kind): Either[] {
  // The free plan has ten reports: whoever borrows of them is near the limit at once.
  if (kind === 'borrows')
    return [{ do: 'report', by: 'customer', id: 9, meter: 'reports', quantity: chance.int(1, 9), hoursAgo: 0 }];
  if (chance.is(3)) return beginsToPay(chance);
  if (kind === 'any' && chance.is(3)) return [buying(chance, productOf(chance))];
  const rooms5 = chance.int(0, 2);
  const plan = chance.of<Plan>('starter', 'pro');
  return [{ do: 'set', product: 'main', plan, status: 'active', rooms5, ...codeOf(chance) }];
}

/* Steps that belong together: each of them alone would hardly ever meet the others. */
const scene = (chance: Chance, kind: Kind): Either[] =>
  kind === 'prepays'
    ? chance.of(givesBack, expires, endsTogether)(chance)
    : kind === 'pays'
      ? chance.of(beginsToPay, otherLength, atTheEdge, discounted, grows)(chance)
      : chance.of(beginsToPay, otherLength, atTheEdge, givesBack)(chance);

const ahead = (chance: Chance, meter: 'pages' | 'reports', id = 9): OwnStep => ({
  do: 'report',
  by: 'customer',
  id,
  meter,
  quantity: chance.int(1, 60),
  hoursAgo: AHEAD,
});

/** Months are counted from when it is paid for: what was used for after that moves. */
const beginsToPay = (chance: Chance): Either[] => [
  ahead(chance, 'pages'),
  chance.of<OwnStep>(buying(chance, 'main'), {
    do: 'set',
    product: 'main',
    plan: chance.of('starter', 'pro'),
    status: 'active',
    interval: chance.of('month', 'month', 'year'),
  }),
];

/** A month becomes a year, or a year a month, while something is used that counts in what is paid for. */
function otherLength(chance: Chance): Either[] {
  const interval = chance.of<'month' | 'year'>('month', 'year');
  const plus = { do: 'set', product: 'bots', plan: 'plus', status: 'active' } as const;
  return [
    { ...plus, interval },
    runs(chance, chance.of(AHEAD, 0)),
    ...(chance.is(2) ? [{ do: 'pass', hours: chance.int(1, 24 * 20) } as const] : []),
    runs(chance, AHEAD),
    { ...plus, interval: interval === 'month' ? 'year' : 'month', ...codeOf(chance) },
    runs(chance, chance.of(0, 1)),
  ];
}

const near = (chance: Chance): WorldStep => ({
  do: 'near',
  which: chance.int(0, 3),
  seconds: chance.of(-240, -60, -10, -1, 0, 1, 60),
});

/** Shortly before, at, or after something that is due. */
const atTheEdge = (chance: Chance): Either[] => [near(chance), ownStep(chance, 'any'), ownStep(chance, 'pays')];

/** A code takes from what is paid for; then that changes, or its next period begins. */
function discounted(chance: Chance): Either[] {
  const product = productOf(chance);
  const [less, more] = PLANS[product].slice(-2) as [Plan, Plan];
  const coupon = codeOf(chance).code ?? 'eighth';
  const first = chance.of(less, more);
  return [
    { do: 'set', product, plan: first, status: 'active', code: coupon, ...(product === 'main' && { rooms5: 1 }) },
    chance.of<WorldStep>({ do: 'pass', hours: chance.int(1, 24 * 40) }, near(chance)),
    chance.of<OwnStep>(
      { do: 'choose', product, plan: first === less ? more : less, ...codeOf(chance) },
      { do: 'cancel', product, at: 'now' },
      { do: 'set', product, plan: first, status: 'active', ...(product === 'main' && { rooms5: chance.int(0, 3) }) },
      { do: 'coupon', product, coupon, is: 'ended' },
    ),
  ];
}

/** Members join and leave, and are paid for as they do. */
const grows = (chance: Chance): Either[] => [
  { do: 'set', product: 'main', plan: chance.of('starter', 'pro'), status: 'active', ...codeOf(chance) },
  { do: 'follow', cap: chance.of(600, 1_500) },
  { do: 'members', are: chance.int(2, 8) },
  chance.of<WorldStep>({ do: 'pass', hours: chance.of(0, 0.02, 300) }, near(chance)),
  { do: 'members', are: chance.int(1, 8) },
  ...(chance.is(2) ? [{ do: 'members', are: chance.int(1, 8) } as const] : []),
  chance.of<OwnStep>(
    ownStep(chance, 'pays'),
    { do: 'resume', product: 'main' },
    { do: 'cancel', product: 'main', at: 'period_end' },
  ),
];

const scans = (chance: Chance, id: number, hoursAgo: number): OwnStep => ({
  do: 'report',
  by: 'customer',
  id,
  meter: 'scans',
  quantity: chance.int(15, 60),
  hoursAgo,
});

/** More is drawn than the plan includes, and taken back. */
function givesBack(chance: Chance): Either[] {
  const id = chance.int(1, 8);
  const days = chance.of(null, 2, 30);
  return [
    { do: 'give', scans: chance.int(10, 50), priority: 0, days },
    scans(chance, id, 0),
    ...(chance.is(3) ? [{ do: 'pass', hours: chance.int(1, 60) } as const] : []),
    { do: 'correct', id, to: chance.of<number | 'void'>('void', chance.int(1, 20)) },
  ];
}

/** Something is used shortly before units end, and after; what is reported late draws from what lived then. */
function expires(chance: Chance): Either[] {
  const id = chance.int(1, 7);
  const days = chance.int(1, 3);
  return [
    { do: 'give', scans: chance.int(20, 40), priority: chance.int(0, 1), days },
    ...(chance.is(2) ? [{ do: 'give', scans: 15, priority: 0, days: null } as const] : []),
    { do: 'pass', hours: 24 * days - chance.of(0, 0.02, 0.1) },
    scans(chance, id, 0),
    { do: 'pass', hours: chance.of(0.05, 1, 30) },
    scans(chance, id + 1, chance.of(0, 0.2, 24)),
  ];
}

/** Bought and given units that end at one instant: those that were free are drawn first. */
const endsTogether = (chance: Chance): Either[] => [
  { do: 'set', product: 'main', plan: 'starter', status: 'active' },
  { do: 'order', packages: 1 },
  { do: 'invoice', which: -1, is: 'paid', cents: 1, days: 1 },
  { do: 'give', scans: chance.int(10, 30), priority: 0, days: 60, asLast: true },
  scans(chance, chance.int(1, 8), 0),
  chance.of<OwnStep>({ do: 'takeBack' }, scans(chance, chance.int(1, 8), chance.of(0, 1))),
];

function worldStep(chance: Chance): WorldStep {
  switch (chance.int(0, 12)) {
    case 0: {
      const product = productOf(chance);
      const plan = chance.of(...PLANS[product].filter((one) => one !== 'free'));
      return { do: 'move', product, plan, at: chance.of('now', 'period_end') };
    }
    case 1:
      return { do: 'edition' };
    case 2:
      return { do: 'webhooks', are: chance.of('held', 'lost', 'sent'), copies: chance.int(1, 3) };
    case 3:
      return { do: 'stripe', fails: chance.of('before', 'after', 'busy') };
    case 4:
    case 5: {
      const service = chance.of<'billing' | 'usage'>('billing', 'usage');
      return { do: 'die', service, messages: chance.int(1, 25), lost: chance.of(true, false) };
    }
    case 6:
      return { do: 'stand still', service: chance.of('billing', 'usage'), hours: chance.int(1, 24 * 40) };
    case 7:
    case 8:
      return near(chance);
    default:
      return { do: 'pass', hours: chance.is(3) ? chance.int(1, 30) : chance.int(24, 24 * 35) };
  }
}
