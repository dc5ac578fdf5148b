/*
 * 08 and 57P: the server lets the connection go. 25P03: it did, because the transaction rested for too long. 25006: the
 * server only reads, as the old primary does after a failover; a new connection leads to the new one.
 */
const GONE = /^(08|57P|25P03|25006)/;

/** Five characters, one of them a digit: `EPIPE` is none of the server's. */
const STATE = /^(?=.*[0-9])[0-9A-Z]{5}$/;

/** After most of what the server itself says the connection is fine; after anything else it is not used again. */
export function isBroken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || !STATE.test(code) || GONE.test(code);
}
