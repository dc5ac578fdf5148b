import type { OwnStep, Step, WorldStep } from './steps.ts';

/** Histories that once differed, each of one organisation, with why. */
const EXAMPLES: (OwnStep | WorldStep)[][] = [
  // Ended at Stripe while no webhook came: the comparison after the standstill knows it, whoever still reads the model does not.
  [
    { do: 'buy', product: 'main', plan: 'starter' },
    { do: 'webhooks', are: 'held' },
    { do: 'dashboard', product: 'main', cancel: 'period_end' },
    { do: 'stand still', service: 'billing', hours: 800 },
    { do: 'report', by: 'customer', id: 1, meter: 'reports', quantity: 1, hoursAgo: 0 },
    { do: 'lend', name: 1, want: 28, whole: true, seconds: 60 },
    { do: 'webhooks', are: 'sent', copies: 2 },
    { do: 'lend', name: 2, want: 28, whole: true, seconds: 60 },
  ],
  // After a standstill the periods of two products were invoiced product by product: the fourth invoice was another one.
  [
    { do: 'set', product: 'main', plan: 'pro', status: 'active' },
    { do: 'pass', hours: 100 },
    { do: 'set', product: 'bots', plan: 'plus', status: 'active', code: 'eighth' },
    { do: 'stand still', service: 'billing', hours: 1_600 },
    { do: 'invoice', which: 3, is: 'credited', cents: 2_941, days: 1 },
  ],
  // A move that the operator ordered for the end of the period: until then members could join who were not bought any more.
  [
    { do: 'set', product: 'main', plan: 'starter', status: 'active' },
    { do: 'follow', cap: 1_500 },
    { do: 'edition' },
    { do: 'move', product: 'main', plan: 'starter', at: 'period_end' },
    { do: 'pass', hours: 1 },
  ],
  // Members had left when a smaller plan was ordered: they were paid for in its first period as well.
  [
    { do: 'set', product: 'main', plan: 'pro', status: 'active' },
    { do: 'follow', cap: 1_500 },
    { do: 'members', are: 6 },
    { do: 'pass', hours: 1 },
    { do: 'members', are: 4 },
    { do: 'choose', product: 'main', plan: 'starter' },
    { do: 'choose', product: 'main', plan: 'starter' },
    { do: 'pass', hours: 750 },
  ],
  // Members left, and some came back, after a smaller plan was ordered: it begins with as many as there are.
  [
    { do: 'set', product: 'main', plan: 'pro', status: 'active' },
    { do: 'follow', cap: 1_500 },
    { do: 'members', are: 7 },
    { do: 'pass', hours: 1 },
    { do: 'choose', product: 'main', plan: 'starter' },
    { do: 'members', are: 3 },
    { do: 'pass', hours: 1 },
    { do: 'members', are: 5 },
    { do: 'pass', hours: 750 },
  ],
  // A code that takes more off than a new version costs: what Stripe gives back is no total below zero here.
  [
    { do: 'buy', product: 'bots', plan: 'plus' },
    { do: 'edition' },
    { do: 'pass', hours: 24 },
    { do: 'choose', product: 'bots', plan: 'plus', code: 'half' },
  ],
  // A lost dispute of what has ended: the default plan could only be read.
  [
    { do: 'buy', product: 'main', plan: 'starter' },
    { do: 'dispute', lost: true },
    { do: 'cancel', product: 'main', at: 'now' },
    { do: 'pass', hours: 1 },
  ],
  // Members left while an end was ordered; when that was taken back, they were paid for in the next period as well.
  [
    { do: 'set', product: 'main', plan: 'pro', status: 'active' },
    { do: 'follow', cap: 1_500 },
    { do: 'members', are: 8 },
    { do: 'cancel', product: 'main', at: 'period_end' },
    { do: 'members', are: 3 },
    { do: 'pass', hours: 1 },
    { do: 'resume', product: 'main' },
    { do: 'pass', hours: 750 },
  ],
];

const OF_ALL = new Set<string>(['pass', 'near', 'edition', 'move', 'webhooks', 'stripe', 'die', 'stand still']);

/** One after the other, in one world. */
export const exampleSteps = (): Step[] =>
  EXAMPLES.flatMap((steps, who) => steps.map((step) => (OF_ALL.has(step.do) ? step : { who, ...step }) as Step));
export const EXAMPLE_ORGANISATIONS = EXAMPLES.length;
