import { notFound } from '@tidegate/contracts/kernel/problem';

/** The row, or the answer that is the same for what never was and for what belongs to others. */
export function present<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}
