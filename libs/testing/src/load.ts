import { setTimeout as pause } from 'node:timers/promises';

export interface Told {
  /** Requests that were answered for good, by status. */
  statuses: Record<number, number>;
  /** Tries that were told to come back (429, 503, 504 with Retry-After) or met nobody who listens; each was tried again. */
  toldToWait: number;
  refused: number;
  /** Resets before any answer: a connection that waited in the kernel's queue when the listener closed. Tried again. */
  reset: number;
  /** What a client that honours Retry-After does not survive. */
  failures: string[];
}

/**
 * Clients that ask one after the other until they are stopped, as a careful program does: it comes back when it is told
 * to, or when nobody listens yet, and sends what may be sent twice again after a reset (there may be few of these). An
 * answer that breaks off, a 503 that does not say when to come back and any other 5xx are failures.
 */
export class Load {
  readonly told: Told = { statuses: {}, toldToWait: 0, refused: 0, reset: 0, failures: [] };
  private readonly ask: (client: number) => Promise<Response>;
  private readonly clients: Promise<void>[];
  private running = true;

  constructor(options: { clients: number; pauseMs: number; ask: (client: number) => Promise<Response> }) {
    this.ask = options.ask;
    this.clients = Array.from({ length: options.clients }, (_, client) => this.run(client, options.pauseMs));
  }

  /** Lets each finish the request that it has begun. */
  async stop(): Promise<Told> {
    this.running = false;
    await Promise.all(this.clients);
    return this.told;
  }

  private async run(client: number, pauseMs: number): Promise<void> {
    while (this.running) {
      while (!(await this.tryOnce(client))) await pause(100);
      await pause(pauseMs);
    }
  }

  /** True when it has its answer, or will get none. */
  private async tryOnce(client: number): Promise<boolean> {
    const { told } = this;
    let answer: Response;
    try {
      answer = await this.ask(client);
      await answer.arrayBuffer();
    } catch (error) {
      const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string };
      if (cause?.code === 'ECONNREFUSED') {
        told.refused += 1;
        return false;
      }
      if (cause?.code === 'ECONNRESET') {
        told.reset += 1;
        return false;
      }
      told.failures.push(`${cause?.code ?? ''} ${cause?.message ?? message}`);
      return true;
    }
    const { status, headers } = answer;
    const wait = headers.get('retry-after');
    if ([429, 503, 504].includes(status) && wait) {
      told.toldToWait += 1;
      await pause(Math.min(Number(wait), 5) * 1_000);
      return false;
    }
    told.statuses[status] = (told.statuses[status] ?? 0) + 1;
    if (status >= 500) told.failures.push(`${status} without Retry-After`);
    return true;
  }
}
