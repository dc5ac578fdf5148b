const DAY_MS = 86_400_000;

export interface Reminded {
  dueAt: number;
  /** Until when all reminders have been sent: at first, when it was issued. */
  remindedAt: number;
}

/**
 * Which reminder is sent at an instant, and when the next one is. After a stop only the last of those that were missed is
 * sent.
 *
 * @param days after the due date, below zero: before it
 */
export function reminderAt(
  days: readonly number[],
  { dueAt, remindedAt }: Reminded,
  at: number,
): { day: number | undefined; nextAt: number | null } {
  const open = days.filter((day) => dueAt + day * DAY_MS > remindedAt);
  const come = open.filter((day) => dueAt + day * DAY_MS <= at);
  const later = open.filter((day) => dueAt + day * DAY_MS > at);
  return {
    day: come.length > 0 ? Math.max(...come) : undefined,
    nextAt: later.length > 0 ? dueAt + Math.min(...later) * DAY_MS : null,
  };
}
