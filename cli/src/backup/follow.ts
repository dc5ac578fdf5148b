import type { Server } from 'node:http';
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { measureBackups, readBackupState } from '@tidegate/runtime/backup-state';
import { CurrentSecrets } from '@tidegate/runtime/current-secrets';
import { Health } from '@tidegate/runtime/health';
import { startOpsServer } from '@tidegate/runtime/ops-server';
import { SettingsReader } from '@tidegate/runtime/settings-reader';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
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
  const ops = await answerAt(dataDir, process.env);
  const place = await openPlace(dataDir, process.env, { create: true });
  const abort = new AbortController();
  const at: Archiving = { dataDir, env: process.env, place, log: new Log({ service: 'backup' }), signal: abort.signal };
  const running = Promise.all([archiveWal(at), takeWhatIsDue(at)]);
  stopOnSignals(async () => {
    abort.abort();
    await running;
    ops?.server.close();
  }, 'stop');
  process.send?.({ ready: true });
  await running;
}

/** Health and metrics of a process by itself. Beside a gateway of this installation, that one has them. */
async function answerAt(dataDir: string, env: NodeJS.ProcessEnv): Promise<{ server: Server } | undefined> {
  const reader = new SettingsReader(env, {});
  const port = reader.get('HEALTH_PORT') ? reader.integer('HEALTH_PORT', 0, 0, 65_535) : undefined;
  reader.refuse();
  if (port === undefined) return undefined;
  measureBackups(new Metrics(), dataDir, true);
  return startOpsServer(new Health([]), port, new CurrentSecrets(env, dataDir).of('METRICS_TOKEN'));
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
