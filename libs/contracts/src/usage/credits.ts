import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { MeterKey } from './event.ts';
import { Figure } from './quantity.ts';

/** Prepaid units of a meter and what is left of them. */
export const DrawnCredit = z.object({
  id: Id,
  meter: MeterKey,
  left: Figure.min(0).meta({ description: 'What is not drawn by usage' }),
  decimals: z.int().meta({ description: 'Digits of the meter behind the point' }),
  rollover: z
    .object({ amount: z.int().min(0), from: Timestamp, until: Timestamp })
    .nullable()
    .meta({ description: 'Of units that were left of an earlier window; null: billing knows them' }),
});
export type DrawnCredit = z.infer<typeof DrawnCredit>;

export const listDrawnCredits = operation({
  service: 'usage',
  name: 'credits.left',
  scope: 'service',
  summary: 'What is left of prepaid units, in the order in which they are drawn',
  description: 'The organisation is the one of the call. Of those that are used up or over, the newest thousand.',
  input: z.strictObject({}),
  output: z.object({ items: z.array(DrawnCredit) }),
  readonly: true,
});

/** What a window of a limit knows of prepaid units. */
export interface Credited {
  used: number;
  /** Lent and held in this window. */
  reserved: number;
  /** Of what was used, paid by prepaid units: it does not count against the limit. */
  drawn?: number | undefined;
  /** Prepaid units that can be drawn now. */
  credits?: number | undefined;
  /** Of them, what is lent in other windows. */
  elsewhere?: number | undefined;
}

/** What can still be used below a limit: first what it includes, then prepaid units, less what is lent. */
export function leftOf(limit: number, { used, reserved, drawn = 0, credits = 0, elsewhere = 0 }: Credited): number {
  return Math.max(0, limit - (used - drawn)) + credits - reserved - elsewhere;
}

/** The limit with which so much more could be used. */
export const limitFor = (
  quantity: number,
  { used, reserved, drawn = 0, credits = 0, elsewhere = 0 }: Credited,
): number => quantity + (used - drawn) - credits + reserved + elsewhere;
