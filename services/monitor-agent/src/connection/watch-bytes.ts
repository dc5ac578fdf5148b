import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ConnectionFailed } from './connection-failure.rules.ts';

/*
 * The driver believes what a message says about its own length and waits for that much, however much it is. So what
 * arrives is counted, and a connection that brings more than was allowed is cut. The first byte tells whether
 * PostgreSQL answers at all: an error, a notice, or the way to log in; before TLS, one letter for yes or no.
 */
const GREETINGS = new Set(['R', 'E', 'N', 'v'].map((letter) => letter.charCodeAt(0)));
const TLS_YES = 'S'.charCodeAt(0);

export function watchBytes(connection: EventEmitter & { stream: Socket }, tls: boolean) {
  let left = 0;
  let first = true;
  let breach: ConnectionFailed | undefined;

  const cut = (stream: Socket, failure: ConnectionFailed) => {
    breach ??= failure;
    stream.destroy(failure);
  };
  const raw = connection.stream;
  const onRaw = (chunk: Buffer) => {
    if (first) {
      first = false;
      if (!isGreeting(chunk, tls)) cut(raw, new ConnectionFailed('not_postgresql'));
    }
    left -= chunk.length;
    if (left < 0) cut(raw, new ConnectionFailed('answer_too_large'));
  };
  raw.on('data', onRaw);
  connection.once('sslconnect', () => {
    raw.off('data', onRaw);
    const secure = connection.stream;
    secure.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) cut(secure, new ConnectionFailed('answer_too_large'));
    });
  });

  return {
    /** What may arrive from now on, at the least. */
    allow(count: number): void {
      left = count;
    },
    /** Why the connection was cut, if it was. */
    breach: () => breach,
  };
}

function isGreeting(chunk: Buffer, tls: boolean): boolean {
  const [letter] = chunk;
  if (letter === undefined) return false;
  // Anything behind the one letter came before the encryption: somebody in between is injecting it.
  if (tls && letter === TLS_YES) return chunk.length === 1;
  return GREETINGS.has(letter);
}
