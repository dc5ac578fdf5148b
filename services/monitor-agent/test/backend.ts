import type { Socket } from 'node:net';
import { SAFE_SESSION } from '../src/kernel/connection/session-settings.rules.ts';
import { authentication, message } from './fake-server.ts';

/*
 * The server's side of the protocol, message by message, for servers that are not PostgreSQL or not an honest one.
 */
const int16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
};
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string) => Buffer.from(`${value}\0`);

export const INT4 = 23;
export const TEXT = 25;
export const PID = 4_242;

export const ready = (status = 'I') => message('Z', Buffer.from(status));
export const keyData = message('K', Buffer.concat([int32(PID), int32(1)]));
export const parameter = (name: string, value: string) => message('S', Buffer.concat([text(name), text(value)]));
export const complete = (tag = 'SELECT 1') => message('C', text(tag));
export const refusal = (code: string, severity = 'ERROR') =>
  message('E', Buffer.concat([text(`S${severity}`), text(`C${code}`), text('Mno'), Buffer.alloc(1)]));
export const notice = message('N', Buffer.concat([text('SNOTICE'), text('C00000'), text('Mx'), Buffer.alloc(1)]));

export const field = (name: string, type = TEXT, format = 0) =>
  Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(format)]);
export const fields = (...all: Buffer[]) => message('T', Buffer.concat([int16(all.length), ...all]));
export const row = (...values: (string | null)[]) =>
  message(
    'D',
    Buffer.concat([
      int16(values.length),
      ...values.flatMap((value) =>
        value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
      ),
    ]),
  );

const answer = (columns: [string, number, string][]) =>
  Buffer.concat([
    fields(...columns.map(([name, type]) => field(name, type))),
    row(...columns.map(([, , value]) => value)),
    complete(),
    ready(),
  ]);

/** Logs anybody in. */
export const welcome = Buffer.concat([authentication(0), parameter('server_version', '18.0'), keyData, ready()]);
/** To the first two queries of every connection. */
export const greeting = answer([
  ['pid', INT4, String(PID)],
  ['version', INT4, '180000'],
  ['encoding', TEXT, 'UTF8'],
  ['own', INT4, '0'],
]);
export const settings = Buffer.concat([
  fields(field('name'), field('value')),
  ...SAFE_SESSION.map(([name, value]) => row(name, value)),
  complete(),
  ready(),
]);
export const bound = Buffer.concat([message('1', Buffer.alloc(0)), message('2', Buffer.alloc(0))]);

const STARTUP = 0;
const ASKS = new Set(['Q', 'S', 'p'].map((letter) => letter.charCodeAt(0)));

/** Calls back for each message of a client that a server has to answer. */
export function onAsked(socket: Socket, asked: (index: number) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  let index = 0;
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const letter = index > 0 ? 1 : 0;
      if (pending.length < letter + 4) return;
      const end = letter + pending.readUInt32BE(letter);
      if (pending.length < end) return;
      const asks = index === STARTUP || ASKS.has(pending[0] as number);
      pending = pending.subarray(end);
      if (asks) asked(index++);
    }
  });
}

/** Says the next of these whenever it is asked something, and nothing more in the end. */
export const saying =
  (...answers: (Buffer | ((socket: Socket) => void))[]) =>
  (socket: Socket): void =>
    onAsked(socket, (index) => {
      const next = answers[index];
      if (typeof next === 'function') next(socket);
      else if (next) socket.write(next);
    });
