import type pg from 'pg';
import { CopyCommand, wireOf } from './replication.ts';

export interface BaseBackup {
  startLsn: string;
  endLsn: string;
  timeline: number;
  bytes: number;
}

/** What is written while the data folder is being copied. */
export interface Sinks {
  /** The data folder as a tar. */
  data: AsyncSink;
  /** PostgreSQL's own list of files with their checksums (`backup_manifest`). */
  list: AsyncSink;
}

/** Bytes that one side pushes as they come and the other takes when it can, and that pauses the pushing side. */
export class AsyncSink implements AsyncIterable<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private bytes = 0;
  private ended = false;
  private error: Error | undefined;
  private wake: () => void = () => {};
  onPressure: (high: boolean) => void = () => {};

  push(chunk: Uint8Array): void {
    this.waiting.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > HIGH_BYTES) this.onPressure(true);
    this.wake();
  }

  end(error?: Error): void {
    this.ended = true;
    this.error ??= error;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.waiting.shift();
      if (chunk) {
        this.bytes -= chunk.length;
        if (this.bytes <= LOW_BYTES) this.onPressure(false);
        yield chunk;
      } else if (this.error) throw this.error;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

const HIGH_BYTES = 4 * 1024 ** 2;
const LOW_BYTES = 1024 ** 2;
/** Since 15 each message says what it is; before, each tar is an answer of its own. */
const KINDS_SINCE = 15;
/** Before 15 the end of the tar was left to the client. */
const END_OF_TAR = Buffer.alloc(1_024);

/**
 * A copy of the data folder of a running server, with the WAL that makes it whole: it can be restored without anything
 * else. Page checksums are verified by the server on the way.
 */
export async function takeBaseBackup(client: pg.Client, major: number, sinks: Sinks): Promise<BaseBackup> {
  const wire = wireOf(client);
  let bytes = 0;
  let answers = 0;
  let into: AsyncSink | undefined;
  const push = (chunk: Uint8Array) => {
    if (into === sinks.data) bytes += chunk.length;
    into?.push(chunk);
  };
  for (const sink of [sinks.data, sinks.list]) {
    sink.onPressure = (high) => void (high ? wire.stream.pause() : wire.stream.resume());
  }
  const receive = (chunk: Buffer): void => {
    const kind = String.fromCharCode(chunk[0] ?? 0);
    if (kind === 'n') into = sinks.data;
    else if (kind === 'm') into = sinks.list;
    else if (kind === 'd') push(chunk.subarray(1));
  };
  const command = new CopyCommand(commandOf(major), {
    begin: () => {
      answers += 1;
      if (major < KINDS_SINCE) into = answers === 1 ? sinks.data : sinks.list;
    },
    data: major < KINDS_SINCE ? push : receive,
  });
  client.query(command as never);
  // A connection that ends without a word to its query must not leave us waiting.
  const broken = new Promise<never>((_, reject) =>
    client.once('end', () => reject(new Error('PostgreSQL ended the connection while it was being backed up.'))),
  );
  broken.catch(() => undefined);
  try {
    await Promise.race([command.done, broken]);
  } catch (error) {
    for (const sink of [sinks.data, sinks.list]) sink.end(error as Error);
    throw error;
  }
  if (major < KINDS_SINCE) sinks.data.push(END_OF_TAR);
  sinks.data.end();
  sinks.list.end();
  // The first answer says where it began, the last where it ended; those between name tablespaces.
  const places = command.rows.filter(([first]) => /^[0-9A-F]+\/[0-9A-F]+$/i.test(first ?? ''));
  const [start, end] = [places[0], places.at(-1)];
  return { startLsn: start?.[0] ?? '', endLsn: end?.[0] ?? '', timeline: Number(start?.[1]), bytes };
}

const commandOf = (major: number): string =>
  major < KINDS_SINCE
    ? "BASE_BACKUP LABEL 'tidegate' FAST WAL NOWAIT MANIFEST 'yes' MANIFEST_CHECKSUMS 'SHA256'"
    : "BASE_BACKUP (LABEL 'tidegate', CHECKPOINT 'fast', WAL true, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";
