import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** With less than this, writes fail: a block of a stream is 8 MB, a segment of WAL 16. */
const FULL_BYTES = 16 * 1024 ** 2;

/** Whether the disk of this folder has no room for the next write. */
export async function isDiskFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < FULL_BYTES;
}

/** Resolves when there is room again, or after so long. */
export async function untilDiskHasRoom(folder: string, withinMs: number, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end && (await isDiskFull(folder)); ) {
    await pause(250, undefined, { signal });
  }
}
