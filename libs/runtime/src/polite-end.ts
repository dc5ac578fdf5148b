import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';

/** A client that kept a connection has so long to notice that it ends, by the answer to its next request. */
const GRACE_MS = 1_000;
const LOOK_MS = 50;

/**
 * How an HTTP server stops without cutting anybody off: it takes no new connections, answers what it has begun and
 * says `Connection: close` with it; who asks on an old connection is told to come back (the server's hook asks
 * `ending`), idle ones are closed after a moment, and what is still there at the end of the time is cut.
 */
export class PoliteEnd {
  ending = false;
  private readonly inHand = new Set<ServerResponse>();

  begin(response: ServerResponse): void {
    this.inHand.add(response);
  }

  /** Exactly once for each that began, however it went. */
  done(response: ServerResponse): void {
    this.inHand.delete(response);
  }

  /** Answers how many requests had to be cut. */
  async drain(server: Server, withinMs: number): Promise<number> {
    this.ending = true;
    let closed = false;
    // Only the listening ends: the close of an HTTP server would cut idle connections on which a request is on its way.
    NetServer.prototype.close.call(server, () => {
      closed = true;
    });
    for (const response of this.inHand) if (!response.headersSent) response.setHeader('connection', 'close');
    const began = Date.now();
    while (!closed && Date.now() - began < withinMs) {
      if (Date.now() - began > GRACE_MS) server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const cut = this.inHand.size;
    server.closeAllConnections();
    return cut;
  }
}
