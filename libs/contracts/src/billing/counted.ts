import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import type { BuiltIn } from './built-in-features.ts';

/** Which service owns the things that a counted feature limits. */
export const OWNERS = {
  identity: ['seats', 'api_keys'],
  'monitor-agent': ['servers'],
  'bot-executor': ['bots', 'markets', 'candles'],
  notifier: ['channels'],
} as const satisfies Record<string, readonly BuiltIn<'counted'>[]>;
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

type Counts<S extends Owner> = Record<(typeof OWNERS)[S][number], number>;

/** The answer of an owner: every one of its things, none forgotten. */
export const counts = <S extends Owner>(_owner: S, given: Counts<S>): Record<string, number> => given;
