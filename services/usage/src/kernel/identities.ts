import type { Tx } from '@tidegate/database/tx';
import { PrintFilter } from './print-filter.rules.ts';
import { findCounted, findGenerations, readPrints } from './usage-identity.rows.ts';

/**
 * What this process knows of all identities without asking: the open generation, and a filter over the closed ones. A number
 * in the database grows when a generation is closed, and cannot grow while somebody counts (`beginCounting`); as long as it
 * is the same, so is what is known.
 */
export class Identities {
  private readonly filter = new PrintFilter();
  private epoch = -1;
  private open = 0;
  /** The newest generation that the filter holds. */
  private held = -1;
  private learning: Promise<void> | undefined;

  /** Where new identities go. The transaction has begun to count, in this epoch. */
  async openGeneration(tx: Tx, epoch: number): Promise<number> {
    while (this.epoch !== epoch) {
      // Batches that are written at once wait for the one that reads; where that fails the next one reads.
      if (this.learning) await this.learning.catch(() => undefined);
      else {
        this.learning = this.learn(tx, epoch).finally(() => {
          this.learning = undefined;
        });
        await this.learning;
      }
    }
    return this.open;
  }

  /** The indexes of events that were counted in a closed generation; of others perhaps as well, if they were counted. */
  async findOlder(tx: Tx, events: readonly { org: string; key: string }[]): Promise<Set<number>> {
    if (this.filter.isEmpty) return new Set();
    const suspects: number[] = [];
    events.forEach(({ org, key }, at) => {
      if (this.filter.has(Number.parseInt(org.slice(-8), 16), Number.parseInt(key.slice(0, 8), 16))) suspects.push(at);
    });
    if (suspects.length === 0) return new Set();
    const found = await findCounted(
      tx,
      suspects.map((at) => events[at] as { org: string; key: string }),
    );
    return new Set(found.map((at) => suspects[at] as number));
  }

  private async learn(tx: Tx, epoch: number): Promise<void> {
    const generations = await findGenerations(tx);
    const system = tx.as({ system: 'ingest' });
    for (const { generation, open } of generations) {
      if (open || generation <= this.held) continue;
      for await (const prints of readPrints(system, generation)) this.filter.add(generation, prints);
      this.held = generation;
    }
    this.filter.evictBefore(generations[0]?.generation ?? 0);
    this.open = generations.at(-1)?.generation ?? 0;
    this.epoch = epoch;
  }
}
