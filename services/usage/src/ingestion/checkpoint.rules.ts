/** Every message up to this one is counted. */
export interface Checkpoint {
  sequence: number;
  /** When the stream stored that message, in epoch milliseconds: sequence numbers start over, instants do not. */
  at: number | undefined;
}

/** What the stream holds now, and when the message at the checkpoint was stored, if there is one. */
export interface StreamNow {
  first: number;
  last: number;
  there: number | undefined;
}

export type Comparison =
  | { kind: 'same'; sequence: number }
  /** The stream dropped messages before they were counted. */
  | { kind: 'skipped'; sequence: number; messages: number }
  /** Recreated, or restored to an older state: everything is read again, and what was counted proves a duplicate. */
  | { kind: 'replaced' }
  /** Saved by a version that did not record the message's time: everything is read again, which is expected. */
  | { kind: 'unmarked' };

/** Where to continue reading. Instants lose their last digits when they pass through numbers. */
export function compareWithStream({ sequence, at }: Checkpoint, { first, last, there }: StreamNow): Comparison {
  if (sequence === 0) return first > 1 && last > 0 ? skipped(0, first) : { kind: 'same', sequence: 0 };
  if (sequence > last) return { kind: 'replaced' };
  if (sequence < first) return skipped(sequence, first);
  if (at === undefined) return { kind: 'unmarked' };
  const same = there !== undefined && Math.abs(there - at) <= 1;
  return same ? { kind: 'same', sequence } : { kind: 'replaced' };
}

function skipped(sequence: number, first: number): Comparison {
  const messages = first - 1 - sequence;
  return messages > 0 ? { kind: 'skipped', sequence: first - 1, messages } : { kind: 'same', sequence };
}
