import { type Epoch, markersBetween, recoveryBetween } from './epoch.rules.ts';

const MINUTE = 60_000_000;
const calm: Epoch = {
  identity: 'a',
  at: 1_000 * MINUTE,
  startedAt: 10,
  workersStartedAt: 20,
  countersResetAt: 15,
  statementsResetAt: 18,
  statementsMax: 5_000,
};
const between = (now: Partial<Epoch>, before: Partial<Epoch> = {}) =>
  markersBetween({ ...calm, ...before }, { ...calm, at: calm.at + MINUTE, ...now });
const T = calm.at + 1_000;

test('nothing happened', () => {
  expect(between({})).toEqual([]);
});

test('a backend was killed: one marker, at the new start of the background processes, though the postmaster went on', () => {
  const crash = { workersStartedAt: T, countersResetAt: T + 5, statementsResetAt: T + 9 };
  expect(between(crash)).toEqual([{ kind: 'crash_recovery', at: T }]);
});

test('statements set back by somebody long after a crash are a marker of their own', () => {
  const later = T + 2 * MINUTE;
  expect(between({ workersStartedAt: T, countersResetAt: T + 5, statementsResetAt: later })).toEqual([
    { kind: 'crash_recovery', at: T },
    { kind: 'statements_reset', at: later },
  ]);
});

test('a start that kept the counters is a restart, one that lost them a crash', () => {
  expect(between({ startedAt: T, workersStartedAt: T + 3 })).toEqual([{ kind: 'restart', at: T }]);
  const lost = { startedAt: T, workersStartedAt: T + 3, countersResetAt: T + 4, statementsResetAt: T + 5 };
  expect(between(lost)).toEqual([{ kind: 'crash_recovery', at: T }]);
  const byHandBefore = { startedAt: T, workersStartedAt: T + 3, countersResetAt: T - 4 };
  expect(between(byHandBefore)).toEqual([{ kind: 'restart', at: T }]);
  // pg_stat_statements.save = off
  expect(between({ startedAt: T, workersStartedAt: T + 3, statementsResetAt: T + 5 })).toEqual([
    { kind: 'restart', at: T },
    { kind: 'statements_reset', at: T + 5 },
  ]);
});

test('a recovery is what the postmaster outlived: an end of its own may have kept the statements', () => {
  const life = { startedAt: 10, workersStartedAt: 11, countersResetAt: 11 };
  expect(recoveryBetween(life, { ...life, workersStartedAt: T, countersResetAt: T })).toBe(T);
  expect(recoveryBetween(life, { startedAt: T, workersStartedAt: T + 1, countersResetAt: T + 1 })).toBeNull();
  expect(recoveryBetween({ ...life, workersStartedAt: null }, life)).toBeNull();
});

test('statements set back by somebody', () => {
  expect(between({ statementsResetAt: T })).toEqual([{ kind: 'statements_reset', at: T }]);
});

test('another server answers: nothing else is compared', () => {
  expect(between({ identity: 'b', startedAt: 1, statementsResetAt: T })).toEqual([
    { kind: 'another_server', at: calm.at + MINUTE },
  ]);
});

test('what was hidden or not there before is no event', () => {
  const dark = { workersStartedAt: null, statementsResetAt: null };
  expect(between({}, dark)).toEqual([]);
  expect(between(dark)).toEqual([]);
});
