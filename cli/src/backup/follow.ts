import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { readBackupState } from '@tidegate/runtime/backup-state';
import { Log } from '@tidegate/telemetry/log';
import { makeDataDir } from '../kernel/installation.ts';
import { stopOnSignals } from '../signals.ts';
import { type Archiving, archiveWal, measureKept } from './archive.ts';
import { backUp } from './back-up.ts';
import { drillApart } from './drill-apart.ts';
import { dueNow, type Wishes } from './due.rules.ts';
import { openPlace } from './open-place.ts';

/** Others come first: encrypting takes a core for a while. */
const PRIORITY = 10;
const CHECK_MS = 15_000;

/**
 * `tidegate backup follow`: archives what the database writes, takes backups and drills when they are due. `tidegate
 * start` runs it beside the services; where these run elsewhere, it runs by itself.
 */
export async function follow(): Promise<void> {
  setPriority(PRIORITY);
  const dataDir = makeDataDir(process.env);
  const place = await openPlace(dataDir, process.env, { create: true });
  const abort = new AbortController();
  const at: Archiving = { dataDir, env: process.env, place, log: new Log({ service: 'backup' }), signal: abort.signal };
  const running = Promise.all([archiveWal(at), takeWhatIsDue(at)]);
  stopOnSignals(async () => {
    abort.abort();
    await running;
  }, 'stop');
  process.send?.({ ready: true });
  await running;
}

async function takeWhatIsDue(at: Archiving): Promise<void> {
  const { dataDir, env, place, log, signal } = at;
  const wishes: Wishes = {
    everyMs: place.everyHours * 3_600_000,
    drillEveryMs: place.keys.identities.length > 0 ? place.drillEveryDays * 86_400_000 : 0,
  };
  let failedAt: number | undefined;
  while (!signal.aborted) {
    const states = {
      wal: readBackupState(dataDir, 'wal'),
      backup: readBackupState(dataDir, 'backup'),
      drill: readBackupState(dataDir, 'drill'),
      failedAt,
    };
    const due = dueNow(Date.now(), wishes, states);
    try {
      if (due === 'backup') {
        const { manifest, bytes, seconds, removed } = await backUp(dataDir, env, place);
        log.info({ id: manifest.id, bytes, seconds, removed: removed.backups.length }, 'Backed up');
        failedAt = undefined;
      } else if (due === 'drill') {
        await drillApart(log, signal);
      }
      await measureKept(at);
    } catch (error) {
      if (due === 'backup') failedAt = Date.now();
      log.error({ error }, due === 'backup' ? 'The backup failed' : 'The state of backups could not be read');
    }
    await pause(CHECK_MS, undefined, { signal }).catch(() => undefined);
  }
}
