import type { BackupState, DrillState, WalState } from '@tidegate/runtime/backup-state';
import { dueNow } from './due.rules.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-29T12:00:00Z');
const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();
const wal: WalState = { chain: 'a', systemId: '1', timeline: 1, completeAt: ago(0), keptBytes: 0, trouble: null };
const backup: BackupState = { id: 'x', finishedAt: ago(1), chain: 'a', bytes: 1, seconds: 1, failure: null };
const drill: DrillState = { id: 'x', at: ago(24), ok: true, recoverySeconds: 1, lossSeconds: 1, failure: null };
const wishes = { everyMs: 24 * HOUR, drillEveryMs: 7 * 24 * HOUR };
const due = (states: Partial<Parameters<typeof dueNow>[2]>, wanted = wishes) =>
  dueNow(NOW, wanted, { wal, backup, drill, failedAt: undefined, ...states });

test('a backup is due each day, when there is none, and when another chain of WAL began', () => {
  expect(due({})).toBeUndefined();
  expect(due({ backup: undefined })).toBe('backup');
  expect(due({ backup: { ...backup, finishedAt: ago(24) } })).toBe('backup');
  expect(due({ wal: { ...wal, chain: 'b' } })).toBe('backup');
  // The first one waits until it is known whether anything is archived.
  expect(due({ backup: undefined, wal: undefined })).toBeUndefined();
  // Without an archive a backup each day is still worth making, and not more than that.
  expect(due({ wal: { ...wal, chain: 'b', trouble: 'The store is full' } })).toBeUndefined();
});

test('what failed is tried again after a while', () => {
  expect(due({ backup: undefined, failedAt: NOW - 60_000 })).toBeUndefined();
  expect(due({ backup: undefined, failedAt: NOW - HOUR })).toBe('backup');
});

test('a drill is due each week, the day after one that failed, and never where nobody wants one', () => {
  expect(due({ drill: undefined })).toBe('drill');
  expect(due({ drill: { ...drill, at: ago(24 * 7) } })).toBe('drill');
  expect(due({ drill: { ...drill, at: ago(23), ok: false } })).toBeUndefined();
  expect(due({ drill: { ...drill, at: ago(25), ok: false } })).toBe('drill');
  expect(due({ drill: undefined }, { ...wishes, drillEveryMs: 0 })).toBeUndefined();
  // What cannot be tried here cannot be tried tomorrow either.
  expect(due({ drill: { ...drill, at: ago(25), ok: false, untried: 'it is of PostgreSQL 15' } })).toBeUndefined();
});
