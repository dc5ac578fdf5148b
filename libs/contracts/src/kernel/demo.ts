import { z } from 'zod';
import { notAudited } from './audit.ts';
import { DAY_MS } from './demo-shape.ts';
import { operation } from './operation.ts';
import { invalid } from './problem.ts';
import type { StoringService } from './service-names.ts';
import { Instant } from './types.ts';

/** Those in which there is something to look at. Identity has the organisation itself. */
export const DEMO_SERVICES = ['billing', 'monitor-agent', 'bot-executor', 'usage', 'notifier'] as const;
export type DemoService = (typeof DEMO_SERVICES)[number] & StoringService;

/** So much is made up, up to the moment of the fill. */
export const DEMO_DAYS = 30;

/** From when to when, refused where there would be no room for it. `back`: how many days before today that reaches. */
export function demoRange(
  { until, days }: { until: string; days: number },
  now = Date.now(),
): { from: number; until: number; back: number } {
  const end = Date.parse(until);
  if (end > now + 60_000 || end < now - DEMO_DAYS * DAY_MS)
    throw invalid('/until', 'out_of_range', 'Choose a moment of the last {days} days.', { days: DEMO_DAYS });
  const from = end - days * DAY_MS;
  return { from, until: end, back: Math.ceil((now - from) / DAY_MS) + 1 };
}

const fill = (service: DemoService) =>
  operation({
    service,
    name: 'demo.fill',
    scope: 'operator',
    summary: `A part of the made-up data of ${service} in the demo organisation, which the caller acts in`,
    description:
      'Parts are asked for one after the other, beginning with 0: each is a bounded piece of work, in a transaction of its ' +
      'own. The same part until the same instant writes the same again. Every other organisation is refused.',
    audit: notAudited('made-up data of the demo'),
    input: z.strictObject({
      until: Instant.meta({ description: 'The moment up to which there is data' }),
      days: z.int().min(1).max(DEMO_DAYS).default(DEMO_DAYS).meta({ description: 'Before that moment' }),
      part: z.int().min(0).meta({ description: 'From the answer before; 0 for the first' }),
    }),
    output: z.object({
      next: z
        .int()
        .nullable()
        .meta({ description: 'The part to ask for next; the same one: not ready yet; null: done' }),
      written: z.record(z.string(), z.int()).meta({ description: 'How many there are now of what this part wrote' }),
    }),
    deadlineMs: 60_000,
  });

/** Implemented by each of these services through the rows that it has anyway. */
export const demoFill = Object.fromEntries(DEMO_SERVICES.map((service) => [service, fill(service)])) as Record<
  DemoService,
  ReturnType<typeof fill>
>;
