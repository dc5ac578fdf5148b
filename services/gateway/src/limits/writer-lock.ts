import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/*
 * Whether the process that writes a journal is alive: it listens on a socket beside it. The kernel closes that when the
 * process ends, however it ends; a stopped or busy process keeps it. Unlike a process id it works across containers
 * that share the folder, and unlike a timestamp it depends on no clock.
 */

/** The kernel truncates or refuses longer socket paths. */
const MAX_PATH = 100;
const ANSWER_MS = 1_000;

export class WriterLock {
  private readonly path: string;
  private readonly server: Server;

  /** Throws when the folder cannot hold a socket. */
  constructor(folder: string, writer: string) {
    this.path = join(folder, lockName(writer));
    this.server = createServer((socket) => socket.destroy());
    // Known at once, because nothing listens.
    this.server.on('error', () => {});
    const { path, done } = reach(folder, writer);
    this.server.listen({ path, exclusive: true });
    done();
    this.server.unref();
    if (!this.holds) throw new Error(`${folder} does not support sockets.`);
  }

  /** False when somebody cleared the folder. */
  get holds(): boolean {
    return this.server.listening && existsSync(this.path);
  }

  release(): void {
    this.server.close();
    rmSync(this.path, { force: true });
  }
}

/** False when the writer has ended. In doubt it counts as alive. */
export async function isWriting(folder: string, writer: string): Promise<boolean> {
  const { path, done } = reach(folder, writer);
  return new Promise<boolean>((resolve) => {
    const socket = connect({ path, timeout: ANSWER_MS });
    const answer = (lives: boolean) => {
      socket.destroy();
      resolve(lives);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => answer(!ENDED.has(code ?? '')));
  }).finally(done);
}

const ENDED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']);
const lockName = (writer: string): string => `${writer}.lock`;

/** A path of the lock that is short enough for the kernel, valid until `done`. */
function reach(folder: string, writer: string): { path: string; done: () => void } {
  const full = join(folder, lockName(writer));
  if (Buffer.byteLength(full) <= MAX_PATH) return { path: full, done: () => {} };
  const fd = openSync(folder, 'r');
  return { path: `/proc/self/fd/${fd}/${lockName(writer)}`, done: () => closeSync(fd) };
}
