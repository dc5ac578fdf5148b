import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A disk of its own, which can be filled, and made to hang or slow without touching the machine's. */
export interface SmallDisk {
  folder: string;
  /** So many percent of it are free, whatever was before. */
  leave(percent: number): void;
  /** Not a byte is left until `empty`. */
  fill(): void;
  empty(): void;
  /** Whatever writes waits until `goOn`; one in memory never hangs. */
  hang(): void;
  goOn(): void;
  /** For so long, of every 400 ms it answers during 100. */
  slow(ms: number): Promise<void>;
  close(): void;
}

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** A file system in a file, or in memory. Undefined where this user may not mount one. */
export function smallDisk(megabytes: number, { inMemory = false } = {}): SmallDisk | undefined {
  const base = mkdtempSync(join(tmpdir(), 'tidegate-small-disk-'));
  chmodSync(base, 0o711);
  const [image, folder] = [join(base, 'image'), join(base, 'disk')];
  mkdirSync(folder);
  const made = inMemory
    ? run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder)
    : run('truncate', '-s', `${megabytes}M`, image) &&
      run('mkfs.ext4', '-q', '-m', '0', image) &&
      run('mount', '-o', 'loop', image, folder);
  const remove = () => rmSync(base, { recursive: true, force: true });
  if (!made) {
    remove();
    return undefined;
  }
  chmodSync(folder, 0o711);
  const filler = join(folder, 'filler');
  const hang = () => run('fsfreeze', '-f', folder);
  const goOn = () => run('fsfreeze', '-u', folder);
  const empty = () => {
    rmSync(filler, { force: true });
    rmSync(`${filler}.rest`, { force: true });
  };
  return {
    folder,
    leave: (percent) => {
      empty();
      const { bavail, blocks, bsize } = statfsSync(folder);
      const bytes = Math.max(0, Math.floor(bavail - (blocks * percent) / 100) * bsize);
      if (!run('fallocate', '-l', String(bytes), filler)) run('dd', 'if=/dev/zero', `of=${filler}`, 'bs=1M');
    },
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      run('fallocate', '-l', String(bavail * bsize), filler);
      // What an allocation leaves over.
      run('dd', 'if=/dev/zero', `of=${filler}.rest`, 'bs=4k');
    },
    empty,
    hang,
    goOn,
    slow: async (ms) => {
      for (const end = Date.now() + ms; Date.now() < end; ) {
        hang();
        await sleep(300);
        goOn();
        await sleep(100);
      }
    },
    close: () => {
      goOn();
      run('umount', '-l', folder);
      remove();
    },
  };
}
