import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { nameRun, postgresDir, runDir } from './test-run.ts';

export function setup(): void {
  nameRun(mkdtempSync(join(tmpdir(), 'tidegate-tests-')));
}

export async function teardown(): Promise<void> {
  const server = await findPostgres(postgresDir());
  await server?.stop();
  rmSync(runDir(), { recursive: true, force: true });
}
