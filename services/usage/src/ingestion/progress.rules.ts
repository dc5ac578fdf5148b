import type { Checkpoint } from './checkpoint.rules.ts';

/** A message that was read, as far as a checkpoint needs it. */
interface Read {
  seq: number;
  /** When the stream stored it. */
  time: Date;
}

/**
 * Batches share out the messages between them, are written concurrently and finish in any order. The checkpoint may advance
 * to the message that was read before the first one of any batch that is still open.
 */
export class Progress {
  /** Where each open batch begins, in the order of their first messages. */
  private readonly open = new Set<{ before: Checkpoint }>();
  private readonly start: Checkpoint;
  private last: Read | undefined;

  constructor(start: Checkpoint) {
    this.start = start;
  }

  /** To be called before the first message of a batch counts as read. Returns what to call on commit. */
  begin(): () => void {
    const batch = { before: this.read };
    this.open.add(batch);
    return () => this.open.delete(batch);
  }

  note(message: Read): void {
    this.last = message;
  }

  /** Everything up to this message is committed. */
  get checkpoint(): Checkpoint {
    for (const { before } of this.open) return before;
    return this.read;
  }

  private get read(): Checkpoint {
    return this.last ? { sequence: this.last.seq, at: this.last.time.getTime() } : this.start;
  }
}
