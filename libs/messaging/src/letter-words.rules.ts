import { FieldError, fieldErrors } from '@tidegate/contracts/kernel/problem';
import { z } from 'zod';

const Faults = z.array(FieldError);
type Issues = Parameters<typeof fieldErrors>[0];

/** What does not fit of an event, where a schema threw: its message is JSON of everything that it found. */
export function faultsOf(error: string): FieldError[] {
  const [, json] = /^\$?ZodError: (\[.*\])$/s.exec(error) ?? [];
  if (json === undefined) return [];
  try {
    return Faults.parse(fieldErrors({ issues: JSON.parse(json) } as Issues));
  } catch {
    // Another library's text that only looks like it: it is shown as it is.
    return [];
  }
}

/** Why an event failed, as an operator reads it: `/name: Send a text.` */
export function wordsOf(error: string): string {
  const faults = faultsOf(error);
  return faults.length > 0 ? faults.map(({ field, message }) => `${field || '/'}: ${message}`).join(' ') : error;
}
