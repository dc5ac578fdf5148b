interface Asked {
  error: unknown;
  submittedAt: number;
}

/** Of several writes on one page, the refusal of the one that was asked for last: an older one is of no interest any more. */
export const newestError = (...writes: readonly [Asked, ...Asked[]]): unknown =>
  writes.reduce((newest, write) => (write.submittedAt > newest.submittedAt ? write : newest)).error;
