import { setTimeout as pause } from 'node:timers/promises';

export interface LoadReport {
  /** Final answers by status. */
  statuses: Record<number, number>;
  /** Requests answered with Retry-After (429, 503, 504) or refused because nothing listens; each was retried. */
  askedToWait: number;
  refused: number;
  /** Resets before any answer: a connection that waited in the kernel's queue when the listener closed. Retried. */
  reset: number;
  /** Failures that a client which honours Retry-After still sees. */
  failures: string[];
}

/**
 * Clients that send one request after the other until they are stopped, as careful programs do: they honour Retry-After,
 * retry while nothing listens yet, and resend idempotent requests after a reset (there may be few of these). A
 * truncated answer, a 503 without Retry-After and any other 5xx are failures.
 */
export class Load {
  readonly report: LoadReport = { statuses: {}, askedToWait: 0, refused: 0, reset: 0, failures: [] };
  private readonly ask: (client: number) => Promise<Response>;
  private readonly clients: Promise<void>[];
  private running = true;

  constructor(options: { clients: number; pauseMs: number; ask: (client: number) => Promise<Response> }) {
    this.ask = options.ask;
    this.clients = Array.from({ length: options.clients }, (_, client) => this.run(client, options.pauseMs));
  }

  /** Waits for every request in flight. */
  async stop(): Promise<LoadReport> {
    this.running = false;
    await Promise.all(this.clients);
    return this.report;
  }

  private async run(client: number, pauseMs: number): Promise<void> {
    while (this.running) {
      while (!(await this.tryOnce(client))) await pause(100);
      await pause(pauseMs);
    }
  }

  /** True when it has its answer, or has failed for good. */
  private async tryOnce(client: number): Promise<boolean> {
    const { report } = this;
    let answer: Response;
    try {
      answer = await this.ask(client);
      await answer.arrayBuffer();
    } catch (error) {
      const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string };
      if (cause?.code === 'ECONNREFUSED') {
        report.refused += 1;
        return false;
      }
      if (cause?.code === 'ECONNRESET') {
        report.reset += 1;
        return false;
      }
      report.failures.push(`${cause?.code ?? ''} ${cause?.message ?? message}`);
      return true;
    }
    const { status, headers } = answer;
    const wait = headers.get('retry-after');
    if ([429, 503, 504].includes(status) && wait) {
      report.askedToWait += 1;
      await pause(Math.min(Number(wait), 5) * 1_000);
      return false;
    }
    report.statuses[status] = (report.statuses[status] ?? 0) + 1;
    if (status >= 500) report.failures.push(`${status} without Retry-After`);
    return true;
  }
}
