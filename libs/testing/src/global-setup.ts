import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { fromContainers, startPostgresContainer } from './containers.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';
import { nameRun, postgresDir, runDir, SETTINGS } from './test-run.ts';

let stopContainer: (() => Promise<unknown>) | undefined;

export async function setup(): Promise<void> {
  nameRun(temporaryFolder());
  // Started by root, PostgreSQL is another user, who passes through.
  chmodSync(runDir(), 0o711);
  // Whatever a test leaves behind goes with the run.
  process.env['TMPDIR'] = join(runDir(), 'tmp');
  mkdirSync(process.env['TMPDIR']);
  // Processes that tests start compile most modules once for all of them.
  process.env['NODE_COMPILE_CACHE'] = join(runDir(), 'compiled');
  if (fromContainers()) stopContainer = await startPostgresContainer(runDir(), SETTINGS);
}

export async function teardown(): Promise<void> {
  const server = await findPostgres(postgresDir());
  await server?.stop();
  await stopContainer?.();
  removeFolder(runDir());
}
