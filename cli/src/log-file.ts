import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { logFile, makeLogFolder } from './kernel/installation.ts';

const MAX_BYTES = 10 * 1024 ** 2;
/** After a write that failed (a full disk) a line opens the file again, at most this often. */
const REOPEN_MS = 1_000;
export const OLD_FILES = 4;

/** `logs/tidegate.log` and up to four older files: `.1` is the newest of them. */
export class LogFile {
  private readonly path: string;
  private readonly maxBytes: number;
  private stream: WriteStream;
  private bytes: number;
  /** Since when the stream is broken; it never mends itself. */
  private brokenAt: number | undefined;

  constructor(dataDir: string, maxBytes = MAX_BYTES) {
    makeLogFolder(dataDir);
    this.path = logFile(dataDir);
    this.maxBytes = maxBytes;
    this.bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = this.open();
  }

  write(line: string): void {
    if (this.brokenAt !== undefined && !this.isOpenAgain(this.brokenAt)) return;
    if (this.bytes + line.length > this.maxBytes && this.bytes > 0) this.rotate();
    this.bytes += Buffer.byteLength(line);
    this.stream.write(line);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.stream.end(() => resolve()));
  }

  /** Writes in flight still reach the old file: a renamed file stays open. */
  private rotate(): void {
    this.stream.end();
    for (let number = OLD_FILES; number > 0; number -= 1) {
      const younger = number === 1 ? this.path : `${this.path}.${number - 1}`;
      if (existsSync(younger)) renameSync(younger, `${this.path}.${number}`);
    }
    this.bytes = 0;
    this.stream = this.open();
  }

  private isOpenAgain(brokenAt: number): boolean {
    if (performance.now() - brokenAt < REOPEN_MS) return false;
    this.brokenAt = undefined;
    this.bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = this.open();
    // The last line may be cut.
    if (this.bytes > 0) this.stream.write('\n');
    return true;
  }

  private open(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the app: `tidegate doctor` reports it, and the lines are on stdout.
    stream.on('error', () => {
      if (stream === this.stream) this.brokenAt = performance.now();
    });
    return stream;
  }
}
