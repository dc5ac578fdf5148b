const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** What a plan says of pauses. */
export interface PauseTerms {
  days: number;
  perYear: number;
}

export type PauseDecision =
  | { endsAt: number }
  | { reason: 'not_offered' | 'used_up' /** null: never */; availableAt: number | null };

/**
 * Whether another pause may begin. Those that were ended early count as well: else a subscription would be paused and
 * resumed for as long as its customer likes.
 *
 * @param begun when earlier pauses began
 */
export function decidePause(terms: PauseTerms | undefined, begun: readonly number[], at: number): PauseDecision {
  if (!terms) return { reason: 'not_offered', availableAt: null };
  const recent = begun.filter((start) => start > at - YEAR_MS).sort((a, b) => b - a);
  const oldest = recent[terms.perYear - 1];
  return oldest === undefined
    ? { endsAt: at + terms.days * DAY_MS }
    : { reason: 'used_up', availableAt: oldest + YEAR_MS };
}
