import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/nats-core';
import { ProblemError } from '@tidegate/contracts/kernel/problem';

/*
 * 08 connection, 53 resources, 57P shutdown and recovery; 25006 read only, as the old primary is after a failover;
 * 25P02 to 25P04 a transaction that the server had already ended; 57014 a statement that took too long.
 */
const AWAY = /^(08|53|57P|57014|25006|25P0[234])/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|CONNECTION_|DISCONNECT)/;
const DRIVER =
  /connection terminated|connection ended|client has encountered a connection error|not queryable|timeout exceeded when trying to connect|query read timeout|driver not connected|connect ECONN|disconnect|connection closed|closed connection/i;
const NATS_AWAY = [
  errors.TimeoutError,
  errors.NoRespondersError,
  errors.ClosedConnectionError,
  errors.DrainingConnectionError,
  errors.ConnectionError,
  errors.RequestError,
];

/** The database or the bus is away or overloaded: the work itself is not at fault and should be retried later. */
export function isOutage(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === 'unavailable' || error.code === 'timeout';
  if (NATS_AWAY.some((kind) => error instanceof kind)) return true;
  if (error instanceof JetStreamApiError) return error.status >= 500;
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown };
  if (name === 'JetStreamNotEnabled') return true;
  if (typeof code === 'string' && (AWAY.test(code) || SOCKET.test(code))) return true;
  return typeof message === 'string' && DRIVER.test(message);
}

/**
 * PostgreSQL cancelled the statement because it took too long. On a starved machine that is an outage; a statement that
 * is always too slow fails the same way, so retries have to end at some point.
 */
export function isTooSlow(error: unknown): boolean {
  return (error as { code?: unknown }).code === '57014';
}

/** Two transactions conflicted; Postgres cancelled ours without any effect. */
export function isRetryable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** The reason that a dead letter gives. */
export const reasonText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
