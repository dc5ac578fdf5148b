import { z } from 'zod';
import { Timestamp } from '../kernel/types.ts';

export const ServerCheck = z
  .object({
    id: z.string().meta({ examples: ['reach', 'login', 'statements_preloaded', 'query_texts'] }),
    ok: z.boolean(),
    severity: z.enum(['error', 'warning', 'info']).meta({
      description: 'When not ok: error, nothing can be collected; warning, something is missing; info, worth knowing',
    }),
    code: z.string().optional().meta({ description: 'Stable name of the failure, such as `password_wrong`' }),
    what: z.string().meta({ description: 'What was found, and what cannot be collected because of it' }),
    since: Timestamp.optional().meta({ description: 'When not ok: since when this is known' }),
    sqlstate: z
      .string()
      .optional()
      .meta({ description: 'What PostgreSQL answered to the query that failed', examples: ['42501'] }),
    nextTryAt: Timestamp.optional().meta({ description: 'When a query that failed is retried' }),
    fixSql: z.string().optional().meta({ description: 'SQL that an administrator of that server may run' }),
    restart: z.boolean().optional().meta({ description: 'The fix works after a restart of that server' }),
  })
  .meta({ id: 'ServerCheck' });
export type ServerCheck = z.infer<typeof ServerCheck>;
