import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { BackupSettings } from '@tidegate/backup/backup-settings';
import { isBackupConfigured, readBackupState } from '@tidegate/runtime/backup-state';
import { checkEnvironment } from '../check-environment.ts';
import { type Finding, fine, type Installation, problem, split } from '../doctor-checks.ts';
import { nearestFolder, ROOT } from '../kernel/installation.ts';
import { readRun } from '../run-file.ts';
import { serviceOf } from '../systemd/beside-service.ts';
import { readSettings } from './open-place.ts';

/** What was asked for: nobody may lose more than a day. */
const MOST_HOURS = 24;
/** Longer than a store that is slow for a moment. */
const LATE_MS = 300_000;

/** Whether what would be needed after a loss of this machine is there, new enough, and was tried. */
export function backups(patient: Installation): Finding[] {
  const { env, dataDir } = patient;
  if (!isBackupConfigured(env)) return [fine('backup', 'no backups are made here (BACKUP_TO is not set)')];
  let settings: BackupSettings;
  try {
    settings = readSettings(dataDir, env);
  } catch (error) {
    return [split('backup', 'backup_settings_wrong', error)];
  }
  return [
    newest(patient, settings),
    archive(patient),
    place(patient, env['BACKUP_TO'] ?? ''),
    drills(patient, settings),
  ];
}

function newest({ dataDir }: Installation, { everyHours }: BackupSettings): Finding {
  const state = readBackupState(dataDir, 'backup');
  const bad = (code: string, what: string, fix: string) => problem('backup', code, what, fix);
  if (state?.failure)
    return bad(
      'backup_failed',
      `the last backup failed: ${firstLine(state.failure)}`,
      'correct that, then npx tidegate backup',
    );
  if (!state?.finishedAt)
    return bad('backup_missing', 'there is no backup yet', 'npm start makes the first one; or npx tidegate backup');
  const hours = (Date.now() - Date.parse(state.finishedAt)) / 3_600_000;
  const what = `the newest backup is ${hours < 1 ? 'less than an hour' : `${Math.floor(hours)} hours`} old`;
  const old = hours > Math.max(MOST_HOURS, everyHours) + 1;
  return old ? bad('backup_old', what, 'npx tidegate backup; see npx tidegate logs backup') : fine('backup', what);
}

function archive({ dataDir }: Installation): Finding {
  const state = readBackupState(dataDir, 'wal');
  if (!readRun(dataDir)) return fine('wal', 'nothing is archived while the app is stopped');
  const kept = `PostgreSQL keeps ${((state?.keptBytes ?? 0) / 1024 ** 2).toFixed(0)} MB for it`;
  const bad = (why: string) =>
    problem(
      'wal',
      'wal_not_archived',
      `what is written is not archived: ${why}; ${kept}`,
      'correct that soon: beyond max_slot_wal_keep_size (2 GB) PostgreSQL drops what was not archived, and a new backup is made',
    );
  if (state?.trouble) return bad(firstLine(state.trouble));
  const late = state?.completeAt ? Date.now() - Date.parse(state.completeAt) : Number.POSITIVE_INFINITY;
  if (late > LATE_MS) return bad(`nothing since ${state?.completeAt ?? 'the start'}`);
  return fine('wal', `everything that was written until ${Math.round(late / 1_000)} s ago is archived`);
}

/** A disk that dies takes what is on it. */
function place({ env, dataDir }: Installation, to: string): Finding {
  if (to.includes('://')) return fine('backup-place', 'backups are stored elsewhere');
  const kept = whoMayNotWrite(to, env);
  if (kept) return kept;
  const { bavail, bsize } = statfsSync(to);
  const size = readBackupState(dataDir, 'backup')?.bytes ?? 0;
  const freeMb = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMb * 1024 ** 2 < 2 * size) {
    const fix = 'free some space there, or keep fewer backups (BACKUP_KEEP_…)';
    return problem(
      'backup-place',
      'backup_disk_low',
      `${freeMb} MB are free in ${to}: not enough for two more backups`,
      fix,
    );
  }
  const same = statSync(to).dev === statSync(nearestFolder(dataDir)).dev;
  const what = `backups are stored in ${to}${same ? ', on the disk of the data' : ''}`;
  if (!same || !checkEnvironment({ ...env, DATA_DIR: dataDir }).production) return fine('backup-place', what);
  return problem('backup-place', 'backup_same_disk', what, 'set BACKUP_TO to another disk, or to s3://bucket/prefix');
}

/** Said before the first backup fails: the unit lets the service write to few folders. */
function whoMayNotWrite(to: string, env: NodeJS.ProcessEnv): Finding | undefined {
  const service = serviceOf(ROOT, env);
  const within = (folder: string): boolean => `${resolve(to)}/`.startsWith(`${folder}/`);
  if (service?.writes && ![service.dataDir, ...service.writes].some(within)) {
    const fix = 'npx tidegate install --systemd, systemctl daemon-reload, systemctl restart tidegate';
    return problem('backup-place', 'backup_place_read_only', `the service may not write to ${to}`, fix);
  }
  try {
    accessSync(to, constants.W_OK);
    return undefined;
  } catch {
    const { uid } = userInfo();
    return problem(
      'backup-place',
      'backup_place_read_only',
      `${to} cannot be written by this user (${uid})`,
      `chown ${uid} ${to}`,
    );
  }
}

function drills({ dataDir }: Installation, { drillEveryDays, keys }: BackupSettings): Finding {
  const state = readBackupState(dataDir, 'drill');
  if (state?.untried !== undefined)
    return fine(
      'drill',
      `the newest backup cannot be tried here (${firstLine(state.untried)}): npx tidegate restore --into FOLDER, where its PostgreSQL is`,
    );
  if (state && !state.ok) {
    const fix = 'correct that, then npx tidegate drill';
    return problem('drill', 'drill_failed', `the last drill failed: ${firstLine(state.failure ?? '')}`, fix);
  }
  const here = keys.passphrase !== undefined || keys.identities.length > 0;
  if (!here)
    return fine(
      'drill',
      'no drills are made here, where no key opens the backups: npx tidegate drill --identity FILE elsewhere',
    );
  if (!state)
    return fine(
      'drill',
      drillEveryDays > 0
        ? 'the first drill follows the first backup'
        : 'no backup was ever restored: npx tidegate drill',
    );
  const days = (Date.now() - Date.parse(state.at)) / 86_400_000;
  const what = `a backup was restored and tried ${Math.floor(days)} days ago, in ${state.recoverySeconds?.toFixed(0)} s`;
  if (drillEveryDays === 0 || days <= drillEveryDays + 1) return fine('drill', what);
  return problem('drill', 'drill_old', what, 'npx tidegate drill; see npx tidegate logs backup');
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
