export interface DatabaseLimits {
  /** Connections at the most. */
  poolSize: number;
  /** How long work waits for a connection of the pool, and a new connection for the server. */
  waitMs: number;
  /** The server ends a statement that takes longer. */
  statementMs: number;
  /** After so long without a sign of a query the server is asked whether it is still running. */
  silenceMs: number;
  /** A connection that was idle for so long is closed. */
  idleMs: number;
  /** Connections are opened one after the other, but no longer than this is waited for the one before. */
  openingMs: number;
}

export const DEFAULT_LIMITS: DatabaseLimits = {
  poolSize: 8,
  waitMs: 5_000,
  statementMs: 30_000,
  silenceMs: 3_000,
  idleMs: 10_000,
  openingMs: 200,
};
