import { ProblemError } from '@tidegate/contracts/kernel/problem';

/** The database or the bus is away or overloaded: the work itself was not judged, trying again later is right. */
export function isOutage(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === 'unavailable' || error.code === 'timeout';
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') {
    if (/^(08|53|57P)/.test(code)) return true;
    if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|CONNECTION_|DISCONNECT)/.test(code)) return true;
  }
  return (
    typeof message === 'string' &&
    /connection terminated|connection ended|client has encountered a connection error|not queryable|timeout exceeded when trying to connect|driver not connected|connect ECONN|disconnect|connection closed/i.test(
      message,
    )
  );
}

/** Two transactions got in each other's way; Postgres cancelled ours and nothing of it happened. */
export function isRetryable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** What a dead letter says of why it could not be handled. */
export const reasonText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
