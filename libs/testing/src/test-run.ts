import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { fromContainers, postgresContainer, type RunPostgres } from './containers.ts';
import { until } from './until.ts';

/** All tests' statements stay known: what one of them looks for must not be evicted by the others. */
export const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: 200,
  'pg_stat_statements.max': 50_000,
};

/*
 * What all test files of one run share. A server is started by the first test that needs it, adopted by the others,
 * and stopped when the run ends.
 */
const VARIABLE = 'TEST_RUN_DIR';

export const nameRun = (dir: string): void => {
  process.env[VARIABLE] = dir;
};

export function runDir(): string {
  const dir = process.env[VARIABLE];
  if (!dir) throw new Error(`${VARIABLE} is not set: these tests run below the global set-up of libs/testing.`);
  return dir;
}

export const postgresDir = (): string => join(runDir(), 'postgres');

/** What our own programs are started with by tests. */
export const programEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  TMPDIR: process.env['TMPDIR'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
});

/** Half of what a test's database costs was its connections' passwords. Roles that a test makes itself prove who they are. */
const TRUSTED = `host all postgres 127.0.0.1/32 trust
host all /^test_ 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`;

/** The run's PostgreSQL, set up as production's is but for what only a power cut or an outsider would miss. */
export async function runPostgres(): Promise<RunPostgres> {
  if (fromContainers()) return postgresContainer(runDir());
  return alone('postgres', () => {
    const hba = join(runDir(), 'pg_hba.conf');
    writeFileSync(hba, TRUSTED);
    return startPostgres({ dir: postgresDir(), password: 'test', settings: { ...SETTINGS, hba_file: hba } });
  });
}

/** One test worker at a time. */
export async function alone<T>(what: string, work: () => Promise<T>): Promise<T> {
  const lock = join(runDir(), `${what}.lock`);
  await until(() => made(lock), { withinMs: 120_000, what: `The lock ${what} of the test run` });
  try {
    return await work();
  } finally {
    rmdirSync(lock);
  }
}

function made(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
