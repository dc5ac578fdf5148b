import type { Tx } from './tx.ts';

/**
 * Thrown in a transaction that needs an answer of somebody else: it is rolled back, its connection is given back, the
 * answer is asked for, and the work begins anew in a transaction that has kept the answer.
 */
export class AskFirst extends Error {
  override readonly name = 'AskFirst';
  /** Asks, holding nothing, and answers what is to be done first in the next transaction. */
  readonly ask: () => Promise<(tx: Tx) => Promise<unknown>>;

  constructor(ask: () => Promise<(tx: Tx) => Promise<unknown>>) {
    super('The transaction needs an answer from elsewhere and has to begin anew.');
    this.ask = ask;
  }
}
