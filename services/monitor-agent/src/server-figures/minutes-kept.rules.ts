/** Longer than that ago there are hours only. */
export const MINUTES_KEPT_DAYS = 14;
