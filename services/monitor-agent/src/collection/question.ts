import { type FailureCode, failureCode, isConnectionLoss } from '../connection/connection-failure.rules.ts';
import { questionDelayMs } from './backoff.rules.ts';

/** The server is at fault, not our own database: only this may lead to the word "unreachable". */
export class ServerTrouble extends Error {
  override readonly name = 'ServerTrouble';
  readonly code: FailureCode;

  constructor(cause: unknown) {
    super(failureCode(cause), { cause });
    this.code = failureCode(cause);
  }
}

/** Hears of the first failure in a row. */
export type FailureReport = (question: string, error: unknown) => void;

/**
 * Something that is asked of a server again and again. When it fails, it alone is left alone for a while; when the
 * connection itself is gone, that is for the session to deal with.
 */
export class Question {
  readonly name: string;
  dueAt = 0;
  failures = 0;
  /** SQLSTATE or code of the last failure; undefined while it works. */
  failure: string | undefined;

  private readonly report: FailureReport;

  constructor(name: string, report: FailureReport) {
    this.name = name;
    this.report = report;
  }

  /** Undefined when it failed alone. */
  async ask<T>(now: number, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await read();
      this.failures = 0;
      this.failure = undefined;
      return answer;
    } catch (error) {
      if (isConnectionLoss(error)) throw new ServerTrouble(error);
      const { code } = error as { code?: string };
      this.failures += 1;
      this.failure = code;
      if (this.failures === 1) this.report(this.name, error);
      this.dueAt = now + questionDelayMs(this.failures, code);
      return undefined;
    }
  }

  /** Something changed on the server: a question that failed is worth asking again. */
  retry(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    this.dueAt = 0;
  }
}
