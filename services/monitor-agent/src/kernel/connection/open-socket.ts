import { constants } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { ConnectionFailed } from './connection-failure.rules.ts';

/*
 * The way to a server, up to where the protocol's messages begin: the connection, and TLS where it is wanted. Before
 * TLS a server says one letter, yes or no; anything behind it came before the encryption and is somebody else's.
 */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const KEEP_ALIVE_MS = 10_000;
/** PostgreSQL hands out two at the most; each costs time whenever it comes. */
const MAX_TICKETS = 16;

/** Events of a socket that were not handled would end the process, so it has a listener from its first moment on. */
export interface Opening {
  opened(socket: Socket): void;
  failed(error: Error): void;
}

/** Answers what has to be destroyed to give up, which becomes another one with TLS. */
export function openSocket(
  { host, port, tls }: { host: string; port: number; tls: ConnectionOptions | false },
  { opened, failed }: Opening,
): { destroy(): void } {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  const open: { secure?: TLSSocket } = {};
  socket.on('error', failed);
  socket.once('close', () => failed(new ConnectionFailed('connection_lost')));
  socket.once('connect', () => {
    if (!tls) return opened(socket);
    socket.write(SSL_REQUEST);
    socket.once('data', (answer: Buffer) => {
      const [letter] = answer;
      if (letter !== YES || answer.length > 1) {
        failed(new ConnectionFailed(letter === NO && answer.length === 1 ? 'tls_not_supported' : 'not_postgresql'));
        return;
      }
      try {
        open.secure = secured(socket, tls, { opened, failed });
      } catch (error) {
        // A certificate of ours that OpenSSL does not take, or not any more: thrown here, it would end the process.
        failed(new ConnectionFailed('tls_failed', error));
      }
    });
  });
  return {
    destroy: () => {
      open.secure?.destroy();
      socket.destroy();
    },
  };
}

const YES = 'S'.charCodeAt(0);
const NO = 'N'.charCodeAt(0);

function secured(socket: Socket, tls: ConnectionOptions, { opened, failed }: Opening): TLSSocket {
  const secure = connectTls({ ...tls, socket, secureOptions: constants.SSL_OP_NO_RENEGOTIATION });
  let tickets = 0;
  secure.on('error', failed);
  secure.on('session', () => {
    tickets += 1;
    if (tickets > MAX_TICKETS) failed(new ConnectionFailed('answer_malformed'));
  });
  secure.once('secureConnect', () => opened(secure));
  secure.once('close', () => failed(new ConnectionFailed('connection_lost')));
  return secure;
}
