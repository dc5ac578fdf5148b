import { isAlive, waitFor } from '@tidegate/runtime/embedded/processes';
import { stopServers } from './embedded.ts';
import { dataDirOf, nearestFolder } from './kernel/installation.ts';
import { claimFolder, endLeftovers, leftoversOn, readRun } from './run-file.ts';

/** Longer than draining (30 s) and stopping the servers take (nats-server at most 35 s, PostgreSQL 65 s). */
const STOP_MS = 150_000;

/** Stops the app in order, as Ctrl-C does, and whatever a killed app left behind. */
export async function stop(): Promise<void> {
  const dataDir = dataDirOf(process.env);
  if (nearestFolder(dataDir) !== dataDir) throw new Error(`There is no data folder ${dataDir}.\n  Fix: set DATA_DIR.`);
  const run = readRun(dataDir);
  if (run) {
    process.kill(run.pid, 'SIGTERM');
    if (!(await waitFor(() => !isAlive(run.pid), STOP_MS))) {
      throw new Error(
        `Process ${run.pid} did not stop within ${STOP_MS / 1_000} s.\n  Fix: kill -9 ${run.pid}; nothing is lost.`,
      );
    }
  }
  await endLeftovers(leftoversOn(dataDir));
  // A start or a migration that began meanwhile keeps its servers.
  const release = claimFolder(dataDir);
  await stopServers(dataDir);
  release();
  process.stdout.write('Stopped\n');
}
