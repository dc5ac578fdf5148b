import type { Position } from './checkpoint.rows.ts';

/** What the stream holds now, and the message that lies where the position points, if any. */
export interface StreamNow {
  first: number;
  last: number;
  there: number | undefined;
}

export type Standing =
  | { kind: 'same'; sequence: number }
  /** The stream threw messages away before they were counted. */
  | { kind: 'skipped'; sequence: number; messages: number }
  /** Made anew or put back to an older state: all is read again, and what was counted is found to be a duplicate. */
  | { kind: 'another' }
  /** Saved by a version that did not note which message it was: read again as well, and that is as it should be. */
  | { kind: 'unmarked' };

/** Where to go on reading. Instants lose their last digits on the way through numbers. */
export function standingOf({ sequence, at }: Position, { first, last, there }: StreamNow): Standing {
  if (sequence === 0) return first > 1 && last > 0 ? skipped(0, first) : { kind: 'same', sequence: 0 };
  if (sequence > last) return { kind: 'another' };
  if (sequence < first) return skipped(sequence, first);
  if (at === undefined) return { kind: 'unmarked' };
  const same = there !== undefined && Math.abs(there - at) <= 1;
  return same ? { kind: 'same', sequence } : { kind: 'another' };
}

function skipped(sequence: number, first: number): Standing {
  const messages = first - 1 - sequence;
  return messages > 0 ? { kind: 'skipped', sequence: first - 1, messages } : { kind: 'same', sequence };
}
