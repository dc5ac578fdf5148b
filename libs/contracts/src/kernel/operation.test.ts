import { z } from 'zod';
import { operation } from './operation.ts';
import { notFound } from './problem.ts';
import { Empty } from './types.ts';

const shape = {
  service: 'usage',
  scope: 'service',
  summary: 'x',
  input: z.strictObject({ size: z.int() }),
  output: Empty,
} as const;

test('an example that does not fit its schema does not compile', () => {
  expect(operation({ ...shape, name: 'test.one', errors: [notFound], example: { input: { size: 1 } } }).errors).toEqual(
    [notFound],
  );
  // @ts-expect-error an error is a declared problem
  operation({ ...shape, name: 'test.two', errors: ['not_found'] });
  // @ts-expect-error an example is an input
  operation({ ...shape, name: 'test.three', example: { input: { size: 'large' } } });
});
