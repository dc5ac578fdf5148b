import type { Tx } from './tx.ts';

/**
 * Thrown in a transaction that needs an answer from elsewhere: it is rolled back, its connection is given back, the
 * answer is fetched, and the work is retried in a transaction that has the answer.
 */
export class AskFirst extends Error {
  override readonly name = 'AskFirst';
  /** Asks, holding no connection, and returns what the next transaction does first. */
  readonly ask: () => Promise<(tx: Tx) => Promise<unknown>>;

  constructor(ask: () => Promise<(tx: Tx) => Promise<unknown>>) {
    super('The transaction needs an answer from elsewhere and is retried with it.');
    this.ask = ask;
  }
}
