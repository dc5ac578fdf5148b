import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { holdEnded } from '@tidegate/contracts/usage/check';

/** Throws for a hold that was committed or released, or that has expired. */
export function requireOpen(
  refuse: Refuse<typeof holdEnded>,
  { id, spent, expired }: { id: string; spent: number | null; expired: boolean },
): void {
  if (spent === null && !expired) return;
  const state = spent === null ? 'expired' : spent === 0 ? 'released' : 'committed';
  const advice = state === 'expired' ? 'Others may have its units: check again with a new key.' : 'It ends once.';
  throw refuse(holdEnded, { holdId: id, state, quantity: spent ?? 0 }, advice);
}
