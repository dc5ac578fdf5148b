import { failureCode, isSqlState } from '../connection/connection-failure.rules.ts';

/** One database of a server could not be visited; the server itself may be well. */
export class VisitFailed extends Error {
  override readonly name = 'VisitFailed';
  readonly code: string;

  constructor(cause: unknown) {
    super('A database could not be visited.', { cause });
    const { code } = cause as { code?: unknown };
    this.code = isSqlState(code) ? code : failureCode(cause);
  }
}
