import { operation } from '@tidegate/contracts/kernel/operation';
import { notFound, problem, problemError, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { z } from 'zod';
import type { OperationContext } from './handler.ts';
import { OperationRunner } from './operation-runner.ts';
import type { Outbox } from './outbox.ts';

const declared = problem('declared', 409, 'Declared');
const secretive = problem('secretive', 409, 'Nobody said that this can happen');
const one = operation({
  service: 'usage',
  name: 'test.runner',
  scope: 'service',
  summary: 'x',
  input: z.strictObject({}),
  output: z.object({ size: z.int() }),
  errors: [declared],
  readonly: true,
});
const asked = {
  caller: { kind: 'service' as const, service: 'platform' as const, scopes: [] },
  input: {},
  deadline: Number.POSITIVE_INFINITY,
};
const outbox = { emitter: () => undefined, meterer: () => undefined } as unknown as Outbox;
const tenants = { reader: () => ({}) as Tx } as unknown as TenantDatabase;
const run = (answer: () => Promise<unknown>) =>
  new OperationRunner(tenants, outbox).run({ operation: one, run: answer }, asked);

test('only declared and common problems are answered; others are a fault of ours', async () => {
  await expect(run(() => Promise.reject(problemError(declared)))).rejects.toMatchObject({ code: 'declared' });
  await expect(run(() => Promise.reject(notFound()))).rejects.toMatchObject({ code: 'not_found' });
  const fault = await run(() => Promise.reject(problemError(secretive))).catch((error: unknown) => error);
  expect(fault).toEqual(new Error('test.runner answered the undeclared problem secretive.'));
  expect(fault).not.toHaveProperty('code');
});

test('an answer that breaks its contract is never sent, and fields outside the contract are removed', async () => {
  await expect(run(async () => ({ size: 'large' }))).rejects.toThrow('breaks its contract: /size');
  expect(await run(async () => ({ size: 1, secret: 'x' }))).toEqual({ size: 1 });
});

test('an undeclared problem does not compile, here or in a function that throws for several operations', () => {
  const refuse: OperationContext<typeof one>['refuse'] = problemError;
  expect(refuse(declared).code).toBe('declared');
  // @ts-expect-error The operation does not declare it.
  refuse(secretive);
  const deep = (given: Refuse<typeof declared>) => given(declared);
  const deeper = (given: Refuse<typeof declared | typeof secretive>) => given(secretive);
  expect(deep(refuse).status).toBe(409);
  // @ts-expect-error The operation does not declare all that the function throws.
  deeper(refuse);
  // @ts-expect-error Declared problems are not functions, so only `refuse` creates them.
  expect(() => declared()).toThrow(TypeError);
});
