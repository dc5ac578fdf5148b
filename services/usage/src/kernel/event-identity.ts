import { hash } from 'node:crypto';

/**
 * The event's identity within its organisation: the first 16 bytes of a sha-256, as a uuid without dashes. The length of
 * the source comes first, so that ("ab", "c") and ("a", "bc") differ.
 */
export function eventKey(source: string, id: string): string {
  return hash('sha256', `${source.length}:${source}${id}`, 'hex').slice(0, 32);
}

/** A hash of meter and of what the event says, not of the time: two events with the same id that differ here are in conflict. */
export function digestOf({ meter, quantity }: { meter: string; quantity: number | string }): number {
  let hash = 0x811c9dc5;
  const text = `${meter}:${quantity}`;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
