/** Longer than that ago there are hours only. */
export const MINUTES_KEPT_DAYS = 14;

/** Whether there are minutes from an instant on; both in milliseconds. */
export const hasMinutes = (from: number, now: number): boolean => from >= now - MINUTES_KEPT_DAYS * 86_400_000;
