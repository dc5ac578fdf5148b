import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { closing } from '../closing.ts';

/** What the server does instead of answering. */
export type DnsFault = 'silent' | 'fails' | 'garbage';

/** Codes of RFC 1035. */
const TXT = 16;
const NO_SUCH_NAME = 3;
const SERVER_FAILURE = 2;
const HEADER_BYTES = 12;

/** A real name server on loopback that knows these texts and nothing else. */
export class FakeDnsServer {
  /** Texts by name, in lower case. */
  readonly texts = new Map<string, string[]>();
  /** Names that it was asked for. */
  readonly asked: string[] = [];
  fault: DnsFault | undefined;
  private readonly socket: Socket = createSocket('udp4');

  static async start(): Promise<FakeDnsServer> {
    const server = new FakeDnsServer();
    server.socket.on('message', (message, from) => server.take(message, from));
    server.socket.bind(0, '127.0.0.1');
    await once(server.socket, 'listening');
    return server;
  }

  /** For `DNS_SERVERS`. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  readonly close = closing(() => new Promise<void>((resolve) => this.socket.close(() => resolve())));

  private take(message: Buffer, { port, address }: RemoteInfo): void {
    if (this.fault === 'silent') return;
    const answer = this.fault === 'garbage' ? Buffer.from('no DNS message') : this.answer(message);
    this.socket.send(answer, port, address);
  }

  private answer(message: Buffer): Buffer {
    const { name, end } = nameAt(message, HEADER_BYTES);
    this.asked.push(name);
    const texts = this.texts.get(name);
    const isText = message.readUInt16BE(end) === TXT;
    const question = message.subarray(HEADER_BYTES, end + 4);
    const records = this.fault || !isText ? [] : (texts ?? []).map(textRecord);
    const code = this.fault === 'fails' ? SERVER_FAILURE : texts ? 0 : NO_SUCH_NAME;
    const header = Buffer.alloc(HEADER_BYTES);
    message.copy(header, 0, 0, 2);
    // An answer, recursion wanted and available.
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, question, ...records]);
  }
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** About the name of the question; a text of more than 255 bytes is several strings of one record. */
function textRecord(text: string): Buffer {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += 255) {
    const part = bytes.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  const data = Buffer.concat(parts);
  const record = Buffer.alloc(HEADER_BYTES);
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TXT, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(1, 6);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([record, data]);
}
