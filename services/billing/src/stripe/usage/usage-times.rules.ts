const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The invoice of a period is a draft for an hour; what is reported until then is on it. */
const GRACE_MS = HOUR_MS;
/** Usage is counted within a second or two, and rarely later. */
const AFTER_MS = 2 * MINUTE_MS;
const AGAIN_MS = 10 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Period {
  period_end: Date;
  invoiced: string | null;
}

/** Whether everything is read, and compared with what Stripe has counted. */
export const isWhole = (comparedAt: number, at: number): boolean => at - comparedAt >= DAY_MS - HOUR_MS;

/** When its turn is next; null when nothing is charged by use any more. Organisations are spread over the minutes of an hour. */
export function nextTurn(orgId: string, rows: readonly Period[], at: number, itemsWait = false): number | null {
  if (rows.length === 0) return itemsWait ? at + DAY_MS : null;
  const ends = rows.filter(({ invoiced }) => invoiced === null).map(({ period_end }) => period_end.getTime());
  const spread = (Number.parseInt(orgId.slice(-6), 16) % 8) * MINUTE_MS;
  const hourly = Math.floor(at / HOUR_MS) * HOUR_MS + HOUR_MS + AFTER_MS + spread;
  const over = ends.filter((end) => end > at).map((end) => end + AFTER_MS);
  const draft = ends.some((end) => end <= at && at < end + GRACE_MS) ? [at + AGAIN_MS] : [];
  // Nothing goes on: what still comes late is read once a day.
  const next = ends.some((end) => end > at - GRACE_MS) ? hourly : at + DAY_MS;
  return Math.min(next, ...over, ...draft);
}
