/**
 * How long to pause before the next attempt: `first` after no failure, twice as long after each, at most `longest`. In the
 * unit of `first`.
 */
export const backOff = (first: number, longest: number, failures: number): number =>
  Math.min(first * 2 ** failures, longest);
