import { SERVER_WIDE } from '../kernel/instance/reset-epoch.rules.ts';
import { annotationsBetween, type ServerEpoch, type ServerEpochSnapshot } from './server-epoch.rules.ts';

const MINUTE = 60_000_000;
const all = (at: number) => Object.fromEntries(SERVER_WIDE.map((view) => [view, at]));
const calm: ServerEpochSnapshot = {
  identity: 'system/1',
  at: 1_000 * MINUTE,
  startedAt: 10,
  workersStartedAt: 20,
  openedAt: 30,
  resets: all(15),
  databaseResets: { 5: 16 },
  databaseNames: new Map([
    ['5', 'shop'],
    ['6', 'other'],
  ]),
  reportsFirstUse: false,
  inRecovery: false,
  statementsResetAt: 18,
  statementsMax: 5_000,
};
const between = (now: Partial<ServerEpochSnapshot>, before: Partial<ServerEpoch> = {}) =>
  annotationsBetween({ ...calm, ...before }, { ...calm, at: calm.at + MINUTE, ...now });
const T = calm.at + 1_000;
const killed = { workersStartedAt: T, resets: all(T + 5), databaseResets: {}, statementsResetAt: T + 9 };
const started = { startedAt: T, workersStartedAt: T + 3, openedAt: T + 50 };

test('nothing happened', () => {
  expect(between({})).toEqual([]);
});

test('a backend was killed: one annotation, at the new start of the background processes, though the postmaster went on', () => {
  expect(between(killed)).toEqual([{ kind: 'crash_recovery', at: T, of: [] }]);
});

test('a reset by hand long after a crash is an annotation of its own', () => {
  const later = T + 2 * MINUTE;
  expect(between({ ...killed, statementsResetAt: later })).toEqual([
    { kind: 'crash_recovery', at: T, of: [] },
    { kind: 'statements_reset', at: later, of: [] },
  ]);
  const byHand = { ...killed, resets: { ...all(T + 5), pg_stat_wal: later }, databaseResets: { 5: later + 1 } };
  expect(between(byHand)).toEqual([
    { kind: 'crash_recovery', at: T, of: [] },
    { kind: 'counters_reset', at: later + 1, of: ['pg_stat_wal', 'shop'] },
  ]);
  // Until 14 a database has an instant from its first use after the crash on.
  expect(between({ ...byHand, resets: all(T + 5), reportsFirstUse: true })).toEqual([
    { kind: 'crash_recovery', at: T, of: [] },
  ]);
});

test('a start that kept the counters is a restart, one that lost them a crash', () => {
  expect(between(started)).toEqual([{ kind: 'restart', at: T, of: [] }]);
  const lost = { ...started, resets: all(T + 4), statementsResetAt: T + 5 };
  expect(between(lost)).toEqual([{ kind: 'crash_recovery', at: T, of: [] }]);
  // pg_stat_statements.save = off
  expect(between({ ...started, statementsResetAt: T + 5 })).toEqual([
    { kind: 'restart', at: T, of: [] },
    { kind: 'statements_reset', at: T + 5, of: [] },
  ]);
});

test('M4: a restart and then a reset of shared statistics are these two, and no crash', () => {
  expect(between({ ...started, resets: { ...all(15), pg_stat_bgwriter: T + 900 } })).toEqual([
    { kind: 'restart', at: T, of: [] },
    { kind: 'counters_reset', at: T + 900, of: ['pg_stat_bgwriter'] },
  ]);
  expect(between({ ...started, resets: all(T + 900) })).toEqual([
    { kind: 'restart', at: T, of: [] },
    { kind: 'counters_reset', at: T + 900, of: [...SERVER_WIDE].sort() },
  ]);
});

test('M5: databases that were set back, also for the first time; a first use is none', () => {
  expect(between({ databaseResets: { 5: T, 6: T + 2 } })).toEqual([
    { kind: 'counters_reset', at: T + 2, of: ['other', 'shop'] },
  ]);
  expect(between({ databaseResets: { 5: 16, 6: T }, reportsFirstUse: true })).toEqual([]);
});

test('statements set back by somebody', () => {
  expect(between({ statementsResetAt: T })).toEqual([{ kind: 'statements_reset', at: T, of: [] }]);
});

test('M6: a standby that became the primary goes on', () => {
  expect(between({}, { inRecovery: true })).toEqual([{ kind: 'promoted', at: calm.at + MINUTE, of: [] }]);
  expect(between({ inRecovery: true })).toEqual([]);
});

test('another server answers: nothing else is compared', () => {
  expect(between({ identity: 'system/2', startedAt: 1, statementsResetAt: T })).toEqual([
    { kind: 'another_server', at: calm.at + MINUTE, of: [] },
  ]);
});

test('what was hidden or not there before is no event', () => {
  const unseen = { workersStartedAt: null, openedAt: null, statementsResetAt: null };
  const forgotten = { resets: {}, databaseResets: undefined, inRecovery: undefined };
  expect(between({}, { ...unseen, ...forgotten })).toEqual([]);
  expect(between(unseen)).toEqual([]);
});
