import { z } from 'zod';
import { problem, problemError } from './problem.ts';

test('data of a problem cannot use the names of members that every problem has', () => {
  expect(() => problem('bot_busy', 409, 'Busy', z.object({ status: z.string() }))).toThrow(/status is a member/);
  const busy = problem('bot_busy', 409, 'Busy', z.object({ state: z.string() }));
  expect(problemError(busy, { state: 'running' }, 'Wait.').toDocument()).toEqual({
    type: 'urn:tidegate:problem:bot_busy',
    code: 'bot_busy',
    title: 'Busy',
    status: 409,
    detail: 'Wait.',
    state: 'running',
  });
});
