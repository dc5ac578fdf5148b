import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../connection/connect-server.ts';
import type { Instance } from '../instance/instance.queries.ts';

/**
 * One kind of figure of the minute pass. What was read is stored in the transaction of the whole pass; what the metric
 * remembers moves on only after that was committed, so that a pass which could not be stored is made up for by the next.
 */
export interface Metric {
  readonly name: string;
  load(tx: Tx): Promise<void>;
  read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared>;
}

export interface Prepared {
  save(tx: Tx): Promise<void>;
  committed(): void;
}

/** Several that are stored in one transaction. */
export const together = (all: readonly Prepared[]): Prepared => ({
  save: async (tx) => {
    for (const one of all) await one.save(tx);
  },
  committed: () => {
    for (const one of all) one.committed();
  },
});

export const NOTHING: Prepared = { save: async () => {}, committed: () => {} };
