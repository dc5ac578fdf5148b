import type { Checkpoint } from './checkpoint.rules.ts';

/**
 * Batches are written concurrently and finish in any order. The checkpoint may advance to the last message before the
 * first batch that is still open.
 */
export class Progress {
  private readonly batches: { last: Checkpoint; committed: boolean }[] = [];
  private done: Checkpoint;

  constructor(start: Checkpoint) {
    this.done = start;
  }

  /** `last`: the batch's last message; batches begin in the order of their messages. Returns what to call on commit. */
  begin(last: Checkpoint): () => void {
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
  get checkpoint(): Checkpoint {
    return this.done;
  }
}
