import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** A client that kept a connection has so long to notice that it ends, by the answer to its next request. */
const GRACE_MS = 1_000;
const CHECK_MS = 50;
const SHORT_MS = 3;
const MOST_TURNS = 20;

/**
 * How an HTTP server stops without cutting anybody off: it takes no new connections, answers what it has begun with
 * `Connection: close`, and tells who asks on an old connection to come back (the server's hooks ask `ending` for both);
 * idle ones are closed after a moment, and what is still there at the end of the time is cut.
 */
export class PoliteEnd {
  ending = false;
  /** A number and no set: a set of responses keeps them alive past their time and costs a tenth of the throughput. */
  private inHand = 0;

  begin(): void {
    this.inHand += 1;
  }

  /** Exactly once for each that began, however it went. */
  done(): void {
    this.inHand -= 1;
  }

  /** Answers how many requests had to be cut. */
  async drain(server: Server, withinMs: number): Promise<number> {
    this.ending = true;
    let closed = false;
    await afterArrivals();
    // Only the listening ends: the close of an HTTP server would cut idle connections on which a request is on its way.
    NetServer.prototype.close.call(server, () => {
      closed = true;
    });
    const began = Date.now();
    while (!closed && Date.now() - began < withinMs) {
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
      await afterArrivals();
      if (Date.now() - began > GRACE_MS) server.closeIdleConnections();
    }
    const cut = this.inHand;
    server.closeAllConnections();
    return cut;
  }
}

/**
 * Connections and requests that had arrived by now are taken: a socket that is closed with something unread in it is
 * reset, and a timer runs before the turn of the event loop reads. So it waits for a turn that was short, in which next
 * to nothing can have arrived unread. A request that is still on its way when an idle connection ends is beyond any
 * server of HTTP/1.1; clients send it again (RFC 9112, 9.3.1).
 */
async function afterArrivals(): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const began = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() - began < SHORT_MS) return;
  }
}
