import { z } from 'zod';
import { Id, Instant, pageQuery, Timestamp } from '../kernel/types.ts';

/** The part of the history that a list looks at; spread into its input. Older than the plan keeps answers nothing. */
export const rangeQuery = {
  from: Instant.optional().meta({ description: 'Included; default one hour before `to`' }),
  to: Instant.optional().meta({ description: 'Excluded; default now' }),
};

/** How much of a ranking is answered; spread into its input. */
export const rankQuery = {
  ...pageQuery,
  limit: z.int().min(1).max(500).default(100).meta({ description: 'Items on a page' }),
};

export const serverRange = { serverId: Id, ...rangeQuery };

/** What was really looked at, so that a reader can tell a quiet hour from a missing one. */
export const Range = z
  .object({
    from: Timestamp,
    to: Timestamp,
    coveredSeconds: z.number().meta({ description: 'How much of the range was really observed' }),
  })
  .meta({ id: 'CollectedRange' });
export type Range = z.infer<typeof Range>;

/** A count that both JavaScript and Postgres hold exactly. */
export const Count = z.int().min(0).meta({ id: 'Count' });
