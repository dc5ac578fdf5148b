import { z } from 'zod';
import { INTERNAL } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Empty, Id } from '../kernel/types.ts';

export const exportRunning = problem(
  'export_running',
  409,
  'The organisation is being exported',
  z.object({ retryAfterSeconds: z.int() }),
);
export const ownersOnly = problem('owners_only', 403, 'Only an owner who is logged in may do this');

/** An export that is not kept is over after this long. */
export const EXPORT_LEASE_SECONDS = 120;

/** For the gateway, which streams it: one at a time for an organisation, over all gateways. */
export const beginExport = operation({
  service: 'identity',
  name: 'exports.begin',
  scope: 'service',
  summary: 'Begin to export an organisation for one of its owners',
  audit: { thing: 'organisation', id: null, ignores: ['exportId'], by: 'userId' },
  input: z.strictObject({ exportId: Id, userId: Id }),
  output: z.object({ name: z.string() }),
  errors: [notFound, exportRunning, ownersOnly],
});

export const keepExport = operation({
  service: 'identity',
  name: 'exports.keep',
  scope: 'service',
  summary: 'Go on with an export; refused when it is over, or who began it is no owner any more',
  audit: INTERNAL,
  input: z.strictObject({ exportId: Id }),
  output: Empty,
  errors: [notFound],
});

export const endExport = operation({
  service: 'identity',
  name: 'exports.end',
  scope: 'service',
  summary: 'End an export, whether it is whole or not',
  audit: INTERNAL,
  input: z.strictObject({ exportId: Id }),
  output: Empty,
});
