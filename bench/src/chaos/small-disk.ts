import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A disk of its own: a file system in a file, which can be filled, frozen, and made slow without touching the machine's. */
export interface SmallDisk {
  folder: string;
  /** Not a byte is left until `empty`. */
  fill(): void;
  empty(): void;
  /** Whatever writes waits until the end. */
  freeze(ms: number): Promise<void>;
  /** For so long, of every 400 ms it answers during 100. */
  slow(ms: number): Promise<void>;
  close(): void;
}

const MEGABYTES = 2_048;
const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Undefined where this user may not mount one. */
export function smallDisk(): SmallDisk | undefined {
  const base = mkdtempSync(join(tmpdir(), 'tidegate-bench-disk-'));
  chmodSync(base, 0o711);
  const [image, folder] = [join(base, 'image'), mkdtempSync(join(base, 'disk-'))];
  const made =
    run('truncate', '-s', `${MEGABYTES}M`, image) &&
    run('mkfs.ext4', '-q', '-m', '0', image) &&
    run('mount', '-o', 'loop', image, folder);
  const remove = () => rmSync(base, { recursive: true, force: true });
  if (!made) {
    remove();
    return undefined;
  }
  chmodSync(folder, 0o711);
  const filler = join(folder, 'filler');
  const thaw = () => run('fsfreeze', '-u', folder);
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      run('fallocate', '-l', String(bavail * bsize), filler);
      // What an allocation leaves over.
      run('dd', 'if=/dev/zero', `of=${filler}.rest`, 'bs=4k');
    },
    empty: () => {
      rmSync(filler, { force: true });
      rmSync(`${filler}.rest`, { force: true });
    },
    freeze: async (ms) => {
      run('fsfreeze', '-f', folder);
      await sleep(ms);
      thaw();
    },
    slow: async (ms) => {
      for (const end = Date.now() + ms; Date.now() < end; ) {
        run('fsfreeze', '-f', folder);
        await sleep(300);
        thaw();
        await sleep(100);
      }
    },
    close: () => {
      thaw();
      run('umount', '-l', folder);
      remove();
    },
  };
}
