import { z } from 'zod';
import { notAudited } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Empty, Instant } from '../kernel/types.ts';
import { Organisation } from './organisations.ts';

/** An installation has one. Its members may only look, so nothing in it can be made to reach anybody outside. */
export const openDemo = operation({
  service: 'identity',
  name: 'demo.open',
  scope: 'operator',
  summary: 'Create the demo organisation, unless there is one, and let all operators look at it',
  audit: notAudited('made-up data of the demo'),
  input: z.strictObject({}),
  output: Organisation,
});

export const filledDemo = operation({
  service: 'identity',
  name: 'demo.filled',
  scope: 'operator',
  summary: 'There is data in the demo organisation up to a moment: its pages show that moment as now',
  audit: notAudited('made-up data of the demo'),
  input: z.strictObject({ until: Instant.meta({ description: 'The moment at which the data ends' }) }),
  output: Empty,
  errors: [notFound],
});

export const removeDemo = operation({
  service: 'identity',
  name: 'demo.remove',
  http: ['DELETE', '/api/v1/operator/demo'],
  scope: 'operator',
  summary: 'Delete the demo organisation with everything in it',
  audit: notAudited('made-up data of the demo'),
  input: z.strictObject({}),
  output: Empty,
  errors: [notFound],
});
