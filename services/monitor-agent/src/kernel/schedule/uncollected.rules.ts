import { isSqlState } from '../connection/connection-failure.rules.ts';

/** A query that is not answered, as it is stored. */
export interface Uncollected {
  query: string;
  /** For what is asked of each database by itself. */
  database: string | null;
  /** SQLSTATE, or the code of a connection that failed. */
  code: string;
  /** Milliseconds. */
  since: number;
  nextTryAt: number;
}

/** SQLSTATEs are shown as such; codes of our own have texts. */
export const sqlstateOf = ({ code }: Uncollected): string | undefined => (isSqlState(code) ? code : undefined);
