/*
 * 08 and 57P: the server ends the connection. 25P03: it did, because the transaction was idle for too long. 25006: the
 * server is read-only, as the old primary is after a failover; a new connection leads to the new one.
 */
const GONE = /^(08|57P|25P03|25006)/;

/** Five characters, one of them a digit: `EPIPE` is not from the server. */
const STATE = /^(?=.*[0-9])[0-9A-Z]{5}$/;

/** After most errors of the server itself the connection is fine; after anything else it is not reused. */
export function isBroken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || !STATE.test(code) || GONE.test(code);
}
