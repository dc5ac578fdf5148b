import { z } from 'zod';
import { Rollover } from '../billing/features.ts';
import { Timestamp } from '../kernel/types.ts';
import { Figure } from './quantity.ts';

/** What is carried from window to window. */
export const RolledOver = Rollover.extend({
  left: Figure.min(0).meta({ description: 'Units of earlier windows that can be used now; they are in `credits`' }),
  expiresAt: Timestamp.nullable().meta({ description: 'When the first of them expire; null: there are none' }),
}).meta({ id: 'RolledOver' });
export type RolledOver = z.infer<typeof RolledOver>;
