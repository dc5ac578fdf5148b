import { rmSync } from 'node:fs';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { postgresDir, runDir } from './test-run.ts';

export default async function tearDown(): Promise<void> {
  const server = await findPostgres(postgresDir());
  await server?.stop();
  rmSync(runDir(), { recursive: true, force: true });
}
