import type { Gaps } from '@tidegate/contracts/bot-executor/candles';

/** How many of the longest are told one by one. */
const TOLD = 20;

/**
 * Where candles are missing between others, in ascending times. `before` and `after` are the neighbours of a part, if
 * it has any, so that the joints count as well.
 */
export function gapsOf(at: Float64Array, intervalMs: number, joints: { before?: number; after?: number } = {}): Gaps {
  let [places, missing] = [0, 0];
  let longest: Gap[] = [];
  const look = (from: number | undefined, to: number | undefined) => {
    if (from === undefined || to === undefined || to - from <= intervalMs) return;
    const count = Math.round((to - from) / intervalMs) - 1;
    places += 1;
    missing += count;
    longest.push({ from: from + intervalMs, count });
    // As many again as are told, then only those: a file of gaps costs no more than that.
    if (longest.length >= 2 * TOLD) longest = shortened(longest);
  };
  look(joints.before, at[0]);
  for (let i = 1; i < at.length; i += 1)
    if ((at[i] as number) - (at[i - 1] as number) > intervalMs) look(at[i - 1], at[i]);
  look(at.at(-1), joints.after);
  const told = shortened(longest).sort((a, b) => a.from - b.from);
  return {
    places,
    missing,
    longest: told.map(({ from, count }) => ({
      from: new Date(from).toISOString(),
      to: new Date(from + (count - 1) * intervalMs).toISOString(),
      missing: count,
    })),
  };
}

interface Gap {
  from: number;
  count: number;
}

const shortened = (gaps: readonly Gap[]): Gap[] =>
  gaps.toSorted((a, b) => b.count - a.count || a.from - b.from).slice(0, TOLD);
