import { follow } from '../kernel/follow.rules.ts';
import { connectionOf, patchOf } from './server-patch.rules.ts';

const SERVER = {
  name: 'N1',
  host: 'h1',
  port: 5432,
  database: 'd1',
  user: 'monitor',
  tlsMode: 'verify-full',
  tlsCa: null,
} as const;
const opened = connectionOf(SERVER);

test('only what was typed is sent', () => {
  expect(patchOf('s', opened, opened)).toEqual({ serverId: 's' });
  expect(patchOf('s', opened, { ...opened, port: '6432', tlsCa: 'PEM' })).toEqual({
    serverId: 's',
    port: 6432,
    tlsCa: 'PEM',
  });
  const withCa = connectionOf({ ...SERVER, tlsCa: 'PEM' });
  expect(patchOf('s', withCa, { ...withCa, tlsCa: '', password: 'p' })).toEqual({
    serverId: 's',
    tlsCa: null,
    password: 'p',
  });
});

test('what a colleague changes while somebody types is followed, and not taken back', () => {
  const typed = { ...opened, tlsCa: 'PEM', password: 'p' };
  // Not read yet: nothing of theirs is sent either.
  expect(patchOf('s', opened, typed)).toEqual({ serverId: 's', tlsCa: 'PEM', password: 'p' });
  const now = connectionOf({ ...SERVER, name: 'N2', database: 'd2' });
  const form = follow(typed, opened, now);
  expect(form).toMatchObject({ name: 'N2', database: 'd2', tlsCa: 'PEM', password: 'p' });
  expect(patchOf('s', now, form)).toEqual({ serverId: 's', tlsCa: 'PEM', password: 'p' });
});
