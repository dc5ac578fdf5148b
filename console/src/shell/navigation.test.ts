import { PAGES, shownTo } from './navigation.ts';

const shown = (scopes: string[] | undefined, confined = false) =>
  shownTo(scopes && new Set(scopes), { confined }).flatMap(({ items }) => items.map(({ to }) => String(to)));

test('whoever may not read a page does not have it, and no group is empty', () => {
  expect(shown(undefined)).toHaveLength(PAGES.length);
  expect(shown(['bots:read'])).toEqual([
    '/o/$org',
    ...['bots', 'backtests', 'sweeps', 'candles', 'organisations', 'account'].map((page) => `/o/$org/${page}`),
  ]);
});

test('under an own domain nobody has what is of the person', () => {
  expect(shown(undefined, true)).not.toContain('/o/$org/account');
  expect(shown([], true)).toEqual(['/o/$org']);
});
