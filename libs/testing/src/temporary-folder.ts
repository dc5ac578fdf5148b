import { spawnSync } from 'node:child_process';
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
    if (pid > 0 && !isAlive(pid)) removeFolder(join(MEMORY, name));
  }
  return mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
}

/** With the file systems that tests of small disks mounted in it; what cannot be removed stops nobody. */
export function removeFolder(folder: string): void {
  for (const [, place = ''] of mounts()) if (place.startsWith(`${folder}/`)) spawnSync('umount', ['-l', place]);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`${folder} stays: ${(error as Error).message}\n`);
  }
}

/** What is mounted, where and how. */
const mounts = (): string[][] =>
  (process.platform === 'linux' ? readFileSync('/proc/mounts', 'utf8') : '').split('\n').map((line) => line.split(' '));

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
  mounts().some(([, place, , options = '']) => place === MEMORY && !/\bnoexec\b/.test(options));
