/**
 * Instants with what was seen at each, and one empty place in every gap: a distance beyond so many usual steps (their
 * median), in which nobody looked. Instants ascend, in milliseconds.
 */
export function withGaps<T extends { at: string }>(
  points: readonly T[],
  beyondSteps: number,
): { instants: number[]; seen: (T | null)[] } {
  const at = points.map((point) => Date.parse(point.at));
  const steps = at.slice(1).map((instant, index) => instant - (at[index] ?? instant));
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const instants: number[] = [];
  const seen: (T | null)[] = [];
  for (const [index, point] of points.entries()) {
    const [instant, before] = [at[index] as number, at[index - 1]];
    if (before !== undefined && usual > 0 && instant - before > beyondSteps * usual) {
      instants.push(before + usual);
      seen.push(null);
    }
    instants.push(instant);
    seen.push(point);
  }
  return { instants, seen };
}
