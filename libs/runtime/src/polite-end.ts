import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { listenersOf } from './listen.ts';

/** How long a client with a kept-alive connection has to learn from its next answer that it closes. */
const GRACE_MS = 1_000;
const CHECK_MS = 50;
const SHORT_MS = 3;
const MOST_TURNS = 20;

/**
 * How an HTTP server stops without cutting anybody off: it accepts no new connections, answers running requests with
 * `Connection: close`, and tells clients on old connections to retry (the server's hooks check `ending` for both); idle
 * connections are closed after a moment, and what is left at the deadline is cut.
 */
export class PoliteEnd {
  ending = false;
  /** A number and not a set: a set of responses keeps them alive too long and costs a tenth of the throughput. */
  private inHand = 0;

  begin(): void {
    this.inHand += 1;
  }

  /** Exactly once for each request that started, however it ended. */
  done(): void {
    this.inHand -= 1;
  }

  /** Returns how many requests had to be cut. */
  async drain(server: Server, withinMs: number): Promise<number> {
    this.ending = true;
    await afterArrivals();
    // Only stops listening: closing an HTTP server would cut idle connections on which a request is in flight.
    const open = new Set(listenersOf(server));
    for (const one of open) NetServer.prototype.close.call(one, () => open.delete(one));
    const began = performance.now();
    while (open.size > 0 && performance.now() - began < withinMs) {
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
      await afterArrivals();
      if (performance.now() - began > GRACE_MS) server.closeIdleConnections();
    }
    const cut = this.inHand;
    server.closeAllConnections();
    return cut;
  }
}

/**
 * Accepts connections and requests that have arrived by now: a socket that is closed with unread data is reset, and
 * timers run before the event loop reads. So it waits for a short turn, in which next to nothing can have arrived
 * unread. A request in flight when an idle connection closes is beyond any HTTP/1.1 server; clients retry it (RFC 9112,
 * 9.3.1).
 */
async function afterArrivals(): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const began = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() - began < SHORT_MS) return;
  }
}
