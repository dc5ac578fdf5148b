import type { Position } from './checkpoint.rows.ts';

/**
 * Batches are counted side by side and end in any order. What may be saved as done is the last message before the
 * first batch that is still open.
 */
export class Progress {
  private readonly batches: { last: Position; committed: boolean }[] = [];
  private done: Position;

  constructor(start: Position) {
    this.done = start;
  }

  /** `last` message of the batch; batches begin in the order of their messages. Answers what to call at its commit. */
  begin(last: Position): () => void {
    const batch = { last, committed: false };
    this.batches.push(batch);
    return () => {
      batch.committed = true;
      for (let [first] = this.batches; first?.committed; [first] = this.batches) {
        this.done = first.last;
        this.batches.shift();
      }
    };
  }

  /** Everything up to this message is committed. */
  get position(): Position {
    return this.done;
  }
}
