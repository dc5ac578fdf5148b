import { z } from 'zod';
import type { State } from './decide.rules.ts';

/* The state as it is stored: whole numbers of any size as text. A stored state that does not fit stops the bot. */
const Big = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const Stored = z.object({
  trade: z.int(),
  open: z.boolean(),
  finishing: z.boolean(),
  baseTicks: Big,
  lastTicks: Big,
  averaged: z.int(),
  cost: Big,
  lots: Big,
  orders: z.array(
    z.object({
      key: z.string(),
      kind: z.enum(['base', 'averaging', 'takeProfit', 'close']),
      side: z.enum(['buy', 'sell']),
      type: z.enum(['market', 'limit']),
      ticks: Big,
      lots: Big,
    }),
  ),
});

export const readState = (stored: unknown): State => Stored.parse(stored);

export const writeState = (state: State): string =>
  JSON.stringify(state, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
