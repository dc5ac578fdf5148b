import { hash } from 'node:crypto';

/**
 * The event's identity within its organisation: the first 16 bytes of sha-256, as a uuid without dashes. The length
 * stands in front, so that ("a-b", "c") and ("a", "b-c") differ.
 */
export function eventKey(source: string, id: string): string {
  return hash('sha256', `${source.length}:${source}${id}`, 'hex').slice(0, 32);
}
