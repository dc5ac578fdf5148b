import { z } from 'zod';
import { Id, Instant, pageQuery, Timestamp } from '../kernel/types.ts';

/** The part of the history that a list covers; spread into its input. Beyond the plan's retention it is empty. */
export const rangeQuery = {
  from: Instant.optional().meta({ description: 'Included; default one hour before `to`' }),
  to: Instant.optional().meta({ description: 'Excluded; default now' }),
};

/** The page of a ranking; spread into its input. */
export const rankQuery = {
  ...pageQuery,
  limit: z.int().min(1).max(500).default(100).meta({ description: 'Items on a page' }),
};

export const serverRange = { serverId: Id, ...rangeQuery };

/** What was actually observed, to tell a quiet hour from a missing one. */
export const Range = z
  .object({
    from: Timestamp,
    to: Timestamp,
    coveredSeconds: z.number().meta({ description: 'How much of the range was actually observed' }),
  })
  .meta({ id: 'CollectedRange' });
export type Range = z.infer<typeof Range>;

/** A count that both JavaScript and Postgres hold exactly. */
export const Count = z.int().min(0).meta({ id: 'Count' });
