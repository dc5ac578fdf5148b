import { setTimeout as pause } from 'node:timers/promises';
import { formatLsn } from '../kernel/lsn.rules.ts';
import { CopyCommand, clientOf, explain, type ServerLogin, wireOf } from '../postgres/replication.ts';

/** What the server sends as it writes it, in order and without a gap. */
export interface WalReader {
  /** Bytes of the WAL that begin at a place. */
  data(start: bigint, content: Buffer): void;
  /** The server had nothing newer at this instant than what it has sent. */
  idle(end: bigint, at: number): void;
  /** The server wants to know what is stored: it is asked when it shuts down, and waits for it. */
  asked(): void;
}

export interface WalStreamOptions {
  login: ServerLogin;
  slot: string | undefined;
  timeline: number;
  from: bigint;
  signal: AbortSignal;
}

/** The server ends a connection that says nothing for a minute. */
const SAY_MS = 10_000;
const EPOCH_MS = Date.UTC(2000, 0, 1);
/** Of a message with data: its kind, where it begins, where the server's WAL ends, the server's clock. */
const HEADER = 25;

export class WalStream {
  /** Up to here it is stored: the server need not keep it. */
  stored: bigint;
  private received: bigint;
  private began = false;
  private readonly options: WalStreamOptions;
  private readonly reader: WalReader;
  private readonly client: ReturnType<typeof clientOf>;

  constructor(options: WalStreamOptions, reader: WalReader) {
    this.options = options;
    this.reader = reader;
    this.stored = options.from;
    this.received = options.from;
    this.client = clientOf(options.login, true);
  }

  /** Until the signal, or until the server ends it, which is an error. */
  async run(): Promise<void> {
    const { slot, timeline, from, signal } = this.options;
    await this.client.connect().catch((error: unknown) => {
      throw explain(error);
    });
    const wire = wireOf(this.client);
    const command = new CopyCommand(
      `START_REPLICATION ${slot ? `SLOT ${slot} ` : ''}PHYSICAL ${formatLsn(from)} TIMELINE ${timeline}`,
      { data: (chunk) => this.take(chunk) },
    );
    const ended = new Promise<never>((_, reject) =>
      this.client.once('end', () => reject(new Error('PostgreSQL ended the connection that sends WAL.'))),
    );
    ended.catch(() => undefined);
    const stop = (): void => void wire.stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    const saying = setInterval(() => this.say(), SAY_MS);
    try {
      this.client.query(command as never);
      await Promise.race([
        command.done.then(() =>
          Promise.reject(new Error('PostgreSQL has ended this timeline: another server took over.')),
        ),
        ended,
      ]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(saying);
      signal.removeEventListener('abort', stop);
      wire.stream.destroy();
      await Promise.race([this.client.end().catch(() => undefined), pause(1_000)]);
    }
  }

  /** While it cannot be stored it is left with the server. */
  hold(held: boolean): void {
    const { stream } = wireOf(this.client);
    if (held) stream.pause();
    else stream.resume();
  }

  /** The server answers at once, which tells whether it has anything newer. */
  say(): void {
    const { stream } = wireOf(this.client);
    // Before the server has begun to send, it would take it for something else: a part of the log-in.
    if (!this.began || !stream.writable) return;
    const message = Buffer.alloc(34);
    message.write('r', 0);
    message.writeBigUInt64BE(this.received, 1);
    message.writeBigUInt64BE(this.stored, 9);
    message.writeBigUInt64BE(this.stored, 17);
    message.writeBigInt64BE(BigInt(Date.now() - EPOCH_MS) * 1_000n, 25);
    message[33] = 1;
    wireOf(this.client).sendCopyFromChunk(message);
  }

  private take(chunk: Buffer): void {
    this.began = true;
    if (chunk[0] === 0x77) {
      const start = chunk.readBigUInt64BE(1);
      const content = chunk.subarray(HEADER);
      this.received = start + BigInt(content.length);
      this.reader.data(start, content);
      const serverEnd = chunk.readBigUInt64BE(9);
      if (this.received >= serverEnd) this.reader.idle(this.received, Date.now());
    } else if (chunk[0] === 0x6b) {
      const serverEnd = chunk.readBigUInt64BE(1);
      if (serverEnd <= this.received) this.reader.idle(this.received, Date.now());
      if (chunk[17] === 1) this.reader.asked();
    }
  }
}
