import { invalid } from '@tidegate/contracts/kernel/problem';

/** Throws for a key that would have ended before it was made. */
export function requireFutureEnd(expiresAt: string | undefined): void {
  if (expiresAt === undefined || Date.parse(expiresAt) > Date.now()) return;
  throw invalid('/expiresAt', 'in_the_past', 'Give an instant in the future, or omit it.');
}
