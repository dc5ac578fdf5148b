import type { Operation } from '@tidegate/contracts/kernel/operation';
import { z } from 'zod';

/** The path of what a POST has created: `<path>/<id>`, when operations of that path exist. */
export function locationOf(
  operation: Operation,
  operations: readonly Operation[],
): ((output: unknown) => string) | undefined {
  const [method, path] = operation.http ?? [];
  if (method !== 'POST' || operation.status !== 201 || path === undefined) return undefined;
  // A log-in creates a session as well, but does not return its id.
  if (!(operation.output instanceof z.ZodObject) || !('id' in operation.output.shape)) return undefined;
  const prefix = `${path}/{`;
  const found = operations.some(
    ({ http }) => http?.[1].startsWith(prefix) && !http[1].slice(prefix.length).includes('/'),
  );
  if (!found || path.includes('{')) return undefined;
  return (output) => `${path}/${encodeURIComponent((output as { id: string }).id)}`;
}
