import { z } from 'zod';
import { Currency } from '../billing/currencies.ts';
import { CHANGES_NOTHING } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { MeterKey } from './event.ts';
import { UsageChange } from './sums.ts';

/** For services: what windows that are over would owe more or less. */
export const previewUsageCharges = operation({
  service: 'billing',
  name: 'usage-charges.preview',
  scope: 'service',
  summary: 'What a change of usage would cost in windows that are over',
  description: 'The organisation is the one of the call. Nothing is charged.',
  audit: CHANGES_NOTHING,
  input: z.strictObject({ meter: MeterKey, changes: z.array(UsageChange).max(6_500) }),
  output: z.object({
    charges: z.array(
      z.object({
        product: z.string(),
        currency: Currency,
        periodStart: Timestamp,
        periodEnd: Timestamp,
        amountMinor: z.int(),
      }),
    ),
  }),
});
