import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** With less than this, writes fail: a block of a stream is 8 MB, a segment of WAL 16. */
const FULL_BYTES = 16 * 1024 ** 2;
const ANSWER_MS = 1_500;

/** Whether the disk of this folder has no room for the next write. */
export async function isDiskFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < FULL_BYTES;
}

/** Resolves when there is room again, or after so long. */
export async function untilDiskHasRoom(folder: string, withinMs: number, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end && (await isDiskFull(folder)); ) {
    await pause(250, undefined, { signal });
  }
}

/** Writes to the disk of a folder to see whether it answers. One write at a time: one that hangs holds a thread. */
export class DiskProbe {
  private readonly path: string;
  private writing: Promise<void> | undefined;

  constructor(folder: string) {
    this.path = join(folder, '.probe');
  }

  /** False while a write hangs. One that fails is an answer. */
  async answers(): Promise<boolean> {
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
    return await Promise.race([this.writing.then(() => true), pause(ANSWER_MS, false)]);
  }

  private async write(): Promise<void> {
    try {
      const file = await open(this.path, 'w', 0o600);
      try {
        await file.write('.');
        await file.sync();
      } finally {
        await file.close();
      }
      await rm(this.path, { force: true });
    } catch {
      // Whatever it says, it answers.
    }
  }
}
