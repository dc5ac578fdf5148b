import type { z } from 'zod';

/** The first thing that is wrong with an event, with the name of its field. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`.trim();
}
