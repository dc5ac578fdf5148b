import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import type { BuiltIn } from './built-in-features.ts';
import { FeatureKey } from './features.ts';

/** Which service owns the things that a feature limits, or allows at all. */
export const OWNERS = {
  identity: ['seats', 'api_keys'],
  'monitor-agent': ['servers'],
  'bot-executor': ['bots', 'markets', 'candles'],
  notifier: ['channels', 'webhook_channels'],
} as const satisfies Record<string, readonly BuiltIn<'counted' | 'boolean'>[]>;
export type Owner = keyof typeof OWNERS;

const countOf = (service: Owner) =>
  operation({
    service,
    name: 'counted.count',
    scope: 'service',
    summary: 'How many there are of each thing that plans limit',
    input: z.strictObject({}),
    output: z.record(z.string(), z.int().min(0)),
    readonly: true,
  });

/** For billing, which names what a smaller plan would not allow any more: `bus.call(countThings.identity, {}, { orgId })`. */
export const countThings = {
  identity: countOf('identity'),
  'monitor-agent': countOf('monitor-agent'),
  'bot-executor': countOf('bot-executor'),
  notifier: countOf('notifier'),
} as const;

/** At most so many are named. */
export const NAMED = 20;

export const Thing = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Thing' });
export type Thing = z.infer<typeof Thing>;

export const OverLimit = z
  .object({
    feature: FeatureKey,
    limit: z.int().min(0),
    used: z.int().min(0),
    restricted: z.array(Thing).meta({
      description: `What can only be read then, the newest first, at most ${NAMED}; empty where nothing is named`,
    }),
  })
  .meta({ id: 'OverLimit' });
export type OverLimit = z.infer<typeof OverLimit>;

const namesOf = (service: Owner) =>
  operation({
    service,
    name: 'counted.beyond',
    scope: 'service',
    summary: 'Which things would be restricted by smaller limits, the newest first',
    input: z.strictObject({ limits: z.record(FeatureKey, z.int().min(0)) }),
    output: z.record(z.string(), z.array(Thing)),
    readonly: true,
  });

/** For billing, in advance: `bus.call(nameThings.identity, { limits: { seats: 1 } }, { orgId })`. */
export const nameThings = {
  identity: namesOf('identity'),
  'monitor-agent': namesOf('monitor-agent'),
  'bot-executor': namesOf('bot-executor'),
  notifier: namesOf('notifier'),
} as const;

/** What an owner answers for the limits that are its own. What has no names is left out. */
export async function beyond(
  limits: Readonly<Record<string, number>>,
  names: Readonly<Record<string, (keep: number) => Promise<Thing[]>>>,
): Promise<Record<string, Thing[]>> {
  const named: Record<string, Thing[]> = {};
  for (const [feature, keep] of Object.entries(limits)) {
    const of = Object.hasOwn(names, feature) ? names[feature] : undefined;
    if (of) named[feature] = await of(keep);
  }
  return named;
}

type Counts<S extends Owner> = Record<(typeof OWNERS)[S][number], number>;

/** The answer of an owner: every one of its things, none forgotten. */
export const counts = <S extends Owner>(_owner: S, given: Counts<S>): Record<string, number> => given;
