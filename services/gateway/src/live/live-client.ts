import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { Credential, Principal } from '../kernel/principal.ts';

/** How much may wait for a client that reads slowly; beyond it messages are dropped and it has to fetch again. */
const MAX_BUFFERED = 64 * 1024;
/** A client that read nothing for this long is gone. */
const STUCK_MS = 30_000;
/** How long a client has to read the last message. */
const LAST_MS = 2_000;

/**
 * One open stream. It outlives the framework's listeners, so it has its own for as long as it can emit; its buffer is
 * bounded, and a client that does not read is cut.
 */
export class LiveClient {
  principal: Principal;
  readonly credential: Credential;
  readonly topics: ReadonlySet<string>;
  /** It has what was sent before, or was told to fetch again: only then may it go on after the number of what it gets. */
  isWhole = false;
  private readonly out: ServerResponse;
  over = false;
  private missed = false;
  private fullSince: number | undefined;

  constructor(
    out: ServerResponse,
    given: { principal: Principal; credential: Credential; topics: ReadonlySet<string> },
    gone: () => void,
  ) {
    this.principal = given.principal;
    this.credential = given.credential;
    this.topics = given.topics;
    this.out = out;
    // A broken connection ends the stream, which `finished` reports.
    out.on('error', () => {});
    out.on('drain', () => {
      this.fullSince = undefined;
    });
    finished(out, () => {
      this.over = true;
      gone();
    });
  }

  send(frame: string, now = performance.now()): void {
    if (this.over) return;
    if (this.out.writableLength > MAX_BUFFERED) {
      this.missed = true;
      this.fullSince ??= now;
      return;
    }
    if (this.missed) {
      this.missed = false;
      this.out.write('event: resync\ndata: {}\n\n');
    }
    this.out.write(frame);
  }

  /** Keeps proxies from closing it, and detects clients that are gone. An event, so that a page notices silence. */
  beat(now = performance.now()): void {
    if (this.fullSince !== undefined && now - this.fullSince > STUCK_MS) this.out.destroy();
    else this.send('event: heartbeat\ndata: {}\n\n', now);
  }

  /** Says why and ends; a client that does not read it is cut. Repeated calls do nothing. */
  end(why: string): void {
    if (this.over) return;
    this.over = true;
    this.out.end(`event: ${why}\ndata: {}\n\n`);
    const late = setTimeout(() => this.out.destroy(), LAST_MS);
    late.unref();
    this.out.once('close', () => clearTimeout(late));
  }
}
