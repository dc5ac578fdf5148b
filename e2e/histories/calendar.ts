/* Months and windows as a person with a calendar counts them. Part of the model: it knows nothing of the services. */
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** The same day and time so many months later, or the last day of a shorter month. */
export function later(from: number, months: number): number {
  const date = new Date(from);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return first.getTime() + (Math.min(date.getUTCDate(), days) - 1) * DAY + (from % DAY);
}

/** From an instant on, months are counted from an anchor; `months`: how many are paid for at a time. */
export interface Step {
  from: number;
  anchor: number;
  months: 1 | 12;
}

export interface Span {
  start: number;
  end: number;
}

/** The window of so many months in which an instant lies; a later step cuts it short. */
export function windowOf(steps: readonly Step[], months: 1 | 12 | 'paid', at: number): Span {
  let index = 0;
  for (const [one, step] of steps.entries()) if (step.from <= at) index = one;
  const step = steps[index] as Step;
  const length = months === 'paid' ? step.months : months;
  let number = 0;
  while (later(step.anchor, (number + 1) * length) <= at) number += 1;
  while (later(step.anchor, number * length) > at) number -= 1;
  const [start, end] = [later(step.anchor, number * length), later(step.anchor, (number + 1) * length)];
  const next = steps[index + 1];
  return { start: index === 0 ? start : Math.max(start, step.from), end: next ? Math.min(end, next.from) : end };
}
