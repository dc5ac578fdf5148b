import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@tidegate/runtime/embedded/processes';

const MEMORY = '/dev/shm';
const PREFIX = 'tidegate-tests-';
/** The servers of a worker take a third of it at the most. */
const ROOM_FOR_A_WORKER = 2 * 2 ** 30;
const MOST_WORKERS = 2;

/**
 * Where all files of a run go: into memory where there is plenty. A database of a test is 300 files, made and deleted;
 * ext4 looks for inodes that were not given back within the last minutes, which took a tenth of the whole run.
 */
export function temporaryFolder(): string {
  if (!hasRoom()) return mkdtempSync(join(tmpdir(), PREFIX));
  // What a run that was killed left in memory.
  for (const name of readdirSync(MEMORY)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
}

function hasRoom(): boolean {
  if (process.env['TMPDIR'] || process.platform !== 'linux') return false;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const room = ROOM_FOR_A_WORKER * Math.min(MOST_WORKERS, availableParallelism());
    return runsPrograms() && bavail * bsize > room && freemem() > room;
  } catch {
    return false;
  }
}

/** Tests write scripts and start them. */
const runsPrograms = (): boolean =>
  readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[1] === MEMORY && !/\bnoexec\b/.test(line));
