import { textOf } from '@tidegate/contracts/usage/quantity';
import type { Covered } from '@tidegate/contracts/usage/sums';

/** What a line of usage is about: its meter, its time, how much was counted in it and what paid for that, as decimal texts. */
export interface LineUsage {
  meter: string;
  from: string;
  to: string;
  used: string | null;
  /** Absent in lines from before it was known. */
  covered?: { plan: string; rollover: string; credits: string };
  charged?: string;
}

/**
 * Who paid for the use of a window, or of its last part: what was drawn, what is charged, and the plan for the rest. What is
 * charged is none of the others, so all of them add up to what was used.
 */
export function lineUsage(
  { meter, from, to }: { meter: string; from: string; to: string },
  { covered, decimals }: { covered: readonly Covered[]; decimals: number },
  charged: bigint,
): LineUsage {
  const [first, last = first] = covered;
  const part = (of: keyof Covered) => BigInt(last?.[of] ?? 0) - (covered.length > 1 ? BigInt(first?.[of] ?? 0) : 0n);
  const [used, rollover, credits] = [part('used'), part('rollover'), part('credits')];
  const text = (steps: bigint) => textOf(steps, decimals);
  return {
    ...{ meter, from, to },
    used: text(used),
    covered: { plan: text(used - rollover - credits - charged), rollover: text(rollover), credits: text(credits) },
    charged: text(charged),
  };
}
