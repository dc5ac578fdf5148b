import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metrics } from '@tidegate/telemetry/metrics';

/*
 * What is known about the backups of this installation, in `$DATA_DIR/backup`: written by the process that makes them,
 * read by the one that answers for metrics, by `status` and `doctor`. One file for each writer.
 */
export interface WalState {
  /** The WAL without a gap that is being archived, of which cluster. */
  chain: string;
  systemId: string;
  timeline: number;
  /** At this instant everything that had been written was archived. */
  completeAt: string | null;
  /** What the server keeps until it is archived. */
  keptBytes: number;
  /** Why it is not being archived; null while it is. */
  trouble: string | null;
}

export interface BackupState {
  /** The newest finished one. */
  id: string | null;
  finishedAt: string | null;
  /** The chain of WAL that goes on after it. */
  chain: string | null;
  bytes: number;
  seconds: number;
  /** Why the last attempt failed; null when it did not. */
  failure: string | null;
}

export interface DrillState {
  id: string | null;
  at: string;
  ok: boolean;
  /** Why nothing was tried, where the backup is of a server that cannot be started here: neither a success nor a failure. */
  untried?: string | undefined;
  /** How long it took until the restored platform let somebody log in. */
  recoverySeconds: number | null;
  /** How much of what was written last was not there. */
  lossSeconds: number | null;
  failure: string | null;
}

interface States {
  wal: WalState;
  backup: BackupState;
  drill: DrillState;
}

export const isBackupConfigured = (env: NodeJS.ProcessEnv): boolean => Boolean(env['BACKUP_TO']);

/**
 * Whether the process that makes them works in this data folder: then the gateway answers for it. One that works
 * elsewhere has metrics of its own, and a gateway that also said that there are backups would be one without any.
 */
export const areBackupsMadeHere = (env: NodeJS.ProcessEnv, dataDir: string): boolean =>
  isBackupConfigured(env) && (env['TIDEGATE_MAKES_BACKUPS'] === 'true' || existsSync(fileOf(dataDir, 'wal')));

export const backupFolder = (dataDir: string): string => join(dataDir, 'backup');
const fileOf = (dataDir: string, name: keyof States): string => join(backupFolder(dataDir), `${name}.json`);

export function readBackupState<N extends keyof States>(dataDir: string, name: N): States[N] | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir, name), 'utf8')) as States[N];
  } catch {
    // Missing or damaged: it is written again, and until then nothing is known.
    return undefined;
  }
}

export function writeBackupState<N extends keyof States>(dataDir: string, name: N, state: States[N]): void {
  mkdirSync(backupFolder(dataDir), { recursive: true, mode: 0o700 });
  const file = fileOf(dataDir, name);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const ageOf = (instant: string | null | undefined): number | undefined =>
  instant ? Math.max(0, (Date.now() - Date.parse(instant)) / 1_000) : undefined;

/** Read at each scrape; of an installation without backups only that it has none. */
export function measureBackups(metrics: Metrics, dataDir: string, configured: boolean): void {
  const wal = () => (configured ? readBackupState(dataDir, 'wal') : undefined);
  const backup = () => (configured ? readBackupState(dataDir, 'backup') : undefined);
  const drill = () => {
    const state = configured ? readBackupState(dataDir, 'drill') : undefined;
    return state?.untried === undefined ? state : undefined;
  };
  const figures: [name: string, help: string, read: () => number | undefined][] = [
    ['configured', '1 when this installation makes backups', () => Number(configured)],
    ['age_seconds', 'Since the newest backup was finished', () => ageOf(backup()?.finishedAt)],
    ['failed', '1 when the last attempt failed', () => flag(backup(), (state) => state.failure !== null)],
    ['size_bytes', 'What the newest backup stores', () => backup()?.bytes],
    ['wal_lag_seconds', 'Since everything that was written was archived', () => ageOf(wal()?.completeAt)],
    ['wal_kept_bytes', 'WAL that PostgreSQL keeps because it is not archived', () => wal()?.keptBytes],
    ['drill_age_seconds', 'Since a backup was restored and tried', () => ageOf(drill()?.at)],
    ['drill_failed', '1 when the last drill failed', () => flag(drill(), (state) => !state.ok)],
    [
      'drill_recovery_seconds',
      'Until the restored platform let somebody log in',
      () => drill()?.recoverySeconds ?? undefined,
    ],
    [
      'drill_loss_seconds',
      'What was written last and was not there after the restore',
      () => drill()?.lossSeconds ?? undefined,
    ],
  ];
  for (const [name, help, read] of figures) metrics.watched(`tidegate_backup_${name}`, help, {}, read);
}

const flag = <T>(state: T | undefined, read: (state: T) => boolean): number | undefined =>
  state === undefined ? undefined : Number(read(state));
