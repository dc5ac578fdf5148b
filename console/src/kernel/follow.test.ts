import { follow } from './follow.rules.ts';

const before = { name: 'N1', colour: 'red', logo: null as string | null };

test('what a colleague changes is followed; what was typed stays, also where both changed the same', () => {
  const now = { name: 'N2', colour: 'blue', logo: 'logo' };
  expect(follow(before, before, now)).toEqual(now);
  expect(follow({ ...before, colour: 'green' }, before, now)).toEqual({ name: 'N2', colour: 'green', logo: 'logo' });
  expect(follow({ ...before, name: 'Mine' }, before, { ...before, name: 'Theirs' })).toEqual({
    ...before,
    name: 'Mine',
  });
});
