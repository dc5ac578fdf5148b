import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import { boundCertificate } from './bound-certificate.rules.ts';
import { ConnectionFailed } from './connection-failure.rules.ts';
import { Conversation } from './conversation.ts';
import { type Holder, type Intake, intake as ofProcess } from './intake.ts';
import type { LoginPolicy } from './login.ts';
import { HEADER, MESSAGE } from './message-framing.rules.ts';
import { openSocket } from './open-socket.ts';
import { decoderFor, readableRow } from './readable-bytes.rules.ts';

/*
 * What the driver takes for its socket. It hands on whole messages only, each of which may come now and is what it says
 * (`Conversation`), within budgets of bytes for one batch of answers and of memory for all servers together. Whatever is
 * wrong with them, and whatever the driver throws over them, ends this connection and nothing else.
 */
export interface WireOptions {
  tls: ConnectionOptions | false;
  policy: LoginPolicy;
  /** The most that may arrive until a query is asked. */
  greetingBytes: number;
  intake?: Intake;
}

export class GuardedWire extends EventEmitter implements Holder {
  writable = false;
  /** Of the database: how texts are read that are not UTF-8. */
  encoding = 'SQL_ASCII';
  /** Why the connection was cut from our side, if it was. */
  breach: ConnectionFailed | undefined;
  /** For channel binding; absent where there is no TLS, as on the driver's own sockets. */
  getPeerCertificate?: () => { raw: Buffer };
  private readonly options: WireOptions;
  private readonly intake: Intake;
  private readonly conversation: Conversation;
  private socket: Socket | undefined;
  private opening: { destroy(): void } | undefined;
  private closed = false;
  private answered = false;
  private left: number;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  /** Rows of these bytes that had to be written anew. */
  private readable: Rewritten[] = [];
  /** So much has to be there before it is worth looking again. */
  private wantedBytes = HEADER;

  constructor(options: WireOptions) {
    super();
    this.options = options;
    this.intake = options.intake ?? ofProcess;
    this.conversation = new Conversation(options.policy);
    this.left = options.greetingBytes;
  }

  connect(port: number, host: string): void {
    if (this.closed) return;
    this.opening = openSocket(
      { host, port, tls: this.options.tls },
      { opened: (socket) => this.begin(socket), failed: (error) => this.destroy(error) },
    );
  }

  /** Something answered, and TLS was agreed on. */
  get opened(): boolean {
    return this.socket !== undefined;
  }

  /** TLS stood on our side, and then nothing came: a server that refuses our certificate says so only afterwards. */
  get unanswered(): boolean {
    return this.opened && !this.answered;
  }

  get open(): boolean {
    return !this.closed;
  }

  /** What may arrive from now on, at the most. */
  allow(bytes: number): void {
    this.left = bytes;
  }

  /** The caller is done with the answers. */
  release(): void {
    this.intake.release(this);
  }

  overrun(): void {
    this.destroy(new ConnectionFailed('answer_too_large'));
  }

  write(bytes: Buffer, done?: () => void): boolean {
    if (!this.socket || !this.writable) return false;
    this.conversation.sent(bytes[0]);
    return this.socket.write(bytes, done);
  }

  end(): void {
    this.writable = false;
    if (this.socket) this.socket.end();
    else this.destroy();
  }

  /** Permanently, and logged once: whatever arrives or fails afterwards is ignored. */
  destroy(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.writable = false;
    this.waiting = [];
    this.intake.release(this);
    this.opening?.destroy();
    if (error instanceof ConnectionFailed) this.breach = error;
    setImmediate(() => {
      if (error) this.emit('error', error);
      this.emit('close');
    });
  }

  cork(): void {
    this.socket?.cork();
  }

  uncork(): void {
    this.socket?.uncork();
  }

  /** Both are set before the connection is made. */
  setNoDelay(): void {}
  setKeepAlive(): void {}

  private begin(socket: Socket): void {
    if (this.closed) return;
    this.socket = socket;
    this.writable = true;
    if (socket instanceof TLSSocket) this.getPeerCertificate = () => boundCertificate(socket.getPeerCertificate());
    socket.on('data', (chunk: Buffer) => this.contained(() => this.arrived(chunk)));
    this.contained(() => this.emit('connect'));
  }

  /** The driver's own code runs in here, over untrusted input. */
  private contained(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.destroy(error instanceof ConnectionFailed ? error : new ConnectionFailed('answer_malformed', error));
    }
  }

  private arrived(chunk: Buffer): void {
    if (this.closed) return;
    this.answered = true;
    this.left -= chunk.length;
    if (this.left < 0) throw new ConnectionFailed('answer_too_large');
    this.intake.take(this, chunk.length);
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes < this.wantedBytes) return;
    const bytes = this.waiting.length === 1 ? chunk : Buffer.concat(this.waiting, this.waitingBytes);
    const end = this.check(bytes);
    this.waiting = end < bytes.length ? [bytes.subarray(end)] : [];
    this.waitingBytes = bytes.length - end;
    this.intake.take(this, this.conversation.weight);
    this.conversation.weight = 0;
    const { readable } = this;
    this.readable = [];
    if (end > 0 && !this.closed) this.emit('data', together(bytes, end, readable));
    if (this.conversation.over) this.destroy();
  }

  private keepReadable(bytes: Buffer, at: number, end: number): void {
    const row = readableRow(bytes, at, end, decoderFor(this.encoding));
    if (row) this.readable.push({ at, end, row });
  }

  /** Where the last whole message ends. */
  private check(bytes: Buffer): number {
    let at = 0;
    while (at + HEADER <= bytes.length) {
      const length = bytes.readUInt32BE(at + 1);
      this.conversation.header(bytes[at] as number, length);
      const end = at + 1 + length;
      if (end > bytes.length) {
        this.wantedBytes = end - at;
        return at;
      }
      this.conversation.received(bytes, at, end);
      if (bytes[at] === MESSAGE.row) this.keepReadable(bytes, at, end);
      at = end;
    }
    this.wantedBytes = HEADER;
    return at;
  }
}

interface Rewritten {
  at: number;
  end: number;
  row: Buffer;
}

/** The bytes up to here, with what was written anew in its place. */
function together(bytes: Buffer, end: number, rewritten: readonly Rewritten[]): Buffer {
  if (rewritten.length === 0) return end < bytes.length ? bytes.subarray(0, end) : bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (const one of rewritten) {
    parts.push(bytes.subarray(from, one.at), one.row);
    from = one.end;
  }
  return Buffer.concat([...parts, bytes.subarray(from, end)]);
}
