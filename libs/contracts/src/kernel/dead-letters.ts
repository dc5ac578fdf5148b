import { z } from 'zod';
import { INSTALLATION } from './audit.ts';
import { operation } from './operation.ts';
import { FieldError, problem } from './problem.ts';
import { STORING_SERVICES, type StoringService } from './service-names.ts';
import { Empty, Id, page, pageQuery, Timestamp } from './types.ts';

export const deadLetterFailed = problem(
  'dead_letter_failed_again',
  409,
  'The event failed again and stays a dead letter',
  z.object({ error: z.string(), attempts: z.int() }),
);

export const DeadLetter = z
  .object({
    id: Id,
    consumer: z.string(),
    eventId: z.string(),
    type: z.string(),
    aggregate: z.string(),
    error: z.string().meta({ description: 'Why it failed, in words' }),
    faults: z.array(FieldError).meta({
      description: 'What of the event does not fit, field by field; empty where it failed for another reason',
    }),
    attempts: z.int(),
    diedAt: Timestamp,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof DeadLetter>;

export const DiscardReason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .meta({ description: 'For whoever reads the log later', examples: ['Its server is gone'] });

function deadLetterOperations(service: StoringService) {
  const shared = { service, scope: 'operator' } as const;
  return {
    list: operation({
      ...shared,
      name: 'dead-letters.list',
      summary: `Events that ${service} could not handle`,
      input: z.strictObject(pageQuery),
      output: page(DeadLetter),
      readonly: true,
    }),
    replay: operation({
      ...shared,
      name: 'dead-letters.replay',
      summary: 'Replay a dead letter; it stays if it fails again',
      audit: INSTALLATION,
      input: z.strictObject({ id: Id }),
      output: Empty,
      errors: [deadLetterFailed],
    }),
    discard: operation({
      ...shared,
      name: 'dead-letters.discard',
      summary: 'Discard a dead letter',
      audit: INSTALLATION,
      input: z.strictObject({ id: Id, reason: DiscardReason }),
      output: Empty,
    }),
  };
}

/** Every service that handles events implements these; operators use them through the CLI, and through the gateway. */
export const deadLetters = Object.fromEntries(
  STORING_SERVICES.map((service) => [service, deadLetterOperations(service)]),
) as Record<StoringService, ReturnType<typeof deadLetterOperations>>;
