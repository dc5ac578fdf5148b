import { hasAll, withOneMore } from './one-more.rules.ts';

const held = (addon: string, quantity: number, until: string | null = null) => ({
  ...{ addon, name: addon, version: 1, quantity, until },
});
const have = (...addons: ReturnType<typeof held>[]) => ({ inForce: 'pro', addons });

test('one more is bought beside all that there is; what was going to end is left to end', () => {
  const member = { plan: 'pro', addon: 'member' };
  expect(withOneMore(have(), member)).toEqual([{ addon: 'member', quantity: 1 }]);
  expect(withOneMore(have(held('audit', 1), held('member', 4)), member)).toEqual([
    { addon: 'audit', quantity: 1 },
    { addon: 'member', quantity: 5 },
  ]);
  const ends = '2027-01-01T00:00:00.000Z';
  expect(withOneMore(have(held('audit', 1, ends), held('member', 4, ends)), member)).toEqual([
    { addon: 'member', quantity: 5 },
  ]);
  // With another plan, what is added to the old one is that one's.
  expect(withOneMore(have(held('audit', 1)), { plan: 'large', addon: 'member' })).toEqual([
    { addon: 'member', quantity: 1 },
  ]);
  expect(withOneMore(undefined, member)).toEqual([{ addon: 'member', quantity: 1 }]);
  expect(withOneMore(have(held('member', 4)), { ...member, quantity: 3 })).toEqual([{ addon: 'member', quantity: 7 }]);
});

test('it is in force when the plan has all that was chosen', () => {
  const addons = [{ addon: 'member', quantity: 5 }];
  expect(hasAll(have(held('member', 4)), { plan: 'pro', addons })).toBe(false);
  expect(hasAll(have(held('member', 5)), { plan: 'pro', addons })).toBe(true);
  expect(hasAll(have(held('member', 5)), { plan: 'large', addons })).toBe(false);
  expect(hasAll(have(), { plan: 'pro', addons: [] })).toBe(true);
  expect(hasAll(undefined, { plan: 'pro', addons: [] })).toBe(false);
});
