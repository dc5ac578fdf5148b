import { fateBetween, type ResetEpoch, recoveryBetween, SERVER_WIDE } from './reset-epoch.rules.ts';

const MINUTE = 60_000_000;
const all = (at: number) => Object.fromEntries(SERVER_WIDE.map((view) => [view, at]));
const calm: ResetEpoch = {
  identity: 'system/1',
  at: 1_000 * MINUTE,
  startedAt: 10,
  workersStartedAt: 20,
  openedAt: 30,
  resets: all(15),
};
const T = calm.at + 1_000;
const started = { startedAt: T, workersStartedAt: T + 3, openedAt: T + 50 };
const fate = (now: Partial<ResetEpoch>, before: Partial<ResetEpoch> = {}) =>
  fateBetween({ ...calm, ...before }, { ...calm, at: calm.at + MINUTE, ...now });

test('a backend was killed: counters are lost, though the postmaster went on', () => {
  expect(fate({ workersStartedAt: T, resets: all(T + 5) })).toBe('lost');
});

test('a start that kept the statistics keeps the counters, one that began them before it let anybody in lost them', () => {
  expect(fate(started)).toBe('kept');
  expect(fate({ ...started, resets: all(T + 5) })).toBe('lost');
  // One view was set back by hand later, before the next snapshot.
  expect(fate({ ...started, resets: { ...all(T + 5), pg_stat_bgwriter: T + 900 } })).toBe('lost');
});

test('M4: an orderly restart and then a reset of shared statistics, of one or of all, is no crash', () => {
  expect(fate({ ...started, resets: { ...all(15), pg_stat_bgwriter: T + 900 } })).toBe('kept');
  // pg_stat_reset_shared() of 17 and later: all within microseconds, some perhaps within the same one.
  expect(fate({ ...started, resets: all(T + 900) })).toBe('doubtful');
  // Before the restart: what is older than the start was kept over it.
  expect(fate({ ...started, resets: all(T - 100) })).toBe('kept');
});

test('where nobody sees when writers were let in, statistics that began at one instant are a crash', () => {
  expect(fate({ ...started, openedAt: null, resets: all(T + 5) })).toBe('lost');
  expect(fate({ ...started, openedAt: null, resets: { ...all(T + 5), pg_stat_wal: T + 6 } })).toBe('doubtful');
});

test('nothing is proven by statistics of which nothing was remembered', () => {
  expect(fate(started, { resets: {} })).toBe('doubtful');
  expect(fate({}, { resets: {} })).toBe('kept');
});

test('resets by hand without a restart say nothing of tables; without pg_monitor they may be a crash', () => {
  expect(fate({ resets: all(T) })).toBe('kept');
  expect(fate({ workersStartedAt: null, resets: all(T) }, { workersStartedAt: null })).toBe('doubtful');
});

test('M6: one postmaster is one instance; one that ran while another answered is another node of the cluster', () => {
  expect(fate({ identity: 'system/2' })).toBe('another');
  expect(fate({ ...started, startedAt: calm.at - MINUTE, resets: all(calm.at - MINUTE) })).toBe('another');
  // Started since, with statistics of its own that are older than the last snapshot and not those that we read.
  expect(fate({ ...started, resets: all(14) })).toBe('another');
  // Until 14 what was set back shows some seconds later.
  expect(fate({ resets: { ...all(15), pg_stat_wal: calm.at - 1_000 } })).toBe('kept');
  // The counters were read long after the reset epoch: what started in between ran beside it.
  expect(fateBetween(calm, { ...calm, ...started, resets: all(T + 5) }, T + 10)).toBe('another');
});

test('a recovery is what the postmaster outlived: an end of its own may have kept the statements', () => {
  const resetEpoch = { startedAt: 10, workersStartedAt: 11 };
  expect(recoveryBetween(resetEpoch, { ...resetEpoch, workersStartedAt: T })).toBe(T);
  expect(recoveryBetween(resetEpoch, { startedAt: T, workersStartedAt: T + 1 })).toBeNull();
  expect(recoveryBetween({ ...resetEpoch, workersStartedAt: null }, resetEpoch)).toBeNull();
});
