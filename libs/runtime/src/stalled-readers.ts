import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * So long, and at most twice as long, a client may take nothing of what it asked for. The kernel says that there is room again when a third
 * of its buffer is empty, so much less would cut who reads a long file at a few kB/s.
 */
const READER_SILENCE_MS = 60_000;

/**
 * Cuts connections whose client asked and then reads nothing: its answer would be held for ever, and a few thousand of them
 * are the process's memory. Nobody else: Node counts as activity whatever the kernel took since it looked last, also a part of
 * one large write (`bytesWritten` would not tell, it counts a write when it begins); and where nothing is waiting to be read
 * it is the handler, the next event or the client's body that takes its time, which have limits of their own.
 *
 * The server's `timeout` is that of a connection with a request. A listener for it takes over from Node, which would close both
 * the silent and, by their own time-out, the idle.
 */
export function cutStalledReaders(server: Server, silenceMs = READER_SILENCE_MS): void {
  server.setTimeout(silenceMs);
  server.on('timeout', (socket: Socket) => {
    const isIdle = socket.timeout !== silenceMs;
    if (isIdle || socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(silenceMs);
  });
}
