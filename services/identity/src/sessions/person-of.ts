import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden } from '@tidegate/contracts/kernel/problem';

/** What is a person's own is nothing that a key of theirs does. */
export function personOf({ kind, userId }: Caller): string {
  if (kind !== 'user' || !userId) throw forbidden({}, 'This is a person’s own, not an API key’s: log in.');
  return userId;
}
