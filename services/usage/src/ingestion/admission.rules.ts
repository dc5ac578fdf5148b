import { MAX_EVENT_AGE_DAYS, MAX_EVENT_LEAD_MINUTES, type UsageEvent } from '@tidegate/contracts/usage/event';
import type { RejectionCode } from '@tidegate/contracts/usage/usage';
import { type MeterPeriods, monthOf, stepsOf } from '../entitlements/meter-periods.rules.ts';

const DAY_MS = 86_400_000;

/** What is needed to judge an event. */
export interface Known {
  meters: ReadonlySet<string>;
  /** Meters whose events the stream cannot carry: it has whole units that are added up. */
  special?: ReadonlySet<string> | undefined;
  /** Whether events may be older than others are accepted: what an operator adds later. */
  anyAge?: boolean | undefined;
  /** By organisation. */
  periods: ReadonlyMap<string, MeterPeriods>;
}

export interface Rejection {
  code: RejectionCode;
  message: string;
}

export const unknownMeter = (meter: string): string => `No plan has a metered feature called ${meter}.`;

/** Why the event's time rules it out, if it does. */
export function timeRejection(event: Pick<UsageEvent, 'at'>, now: number): Rejection | undefined {
  const at = Date.parse(event.at);
  if (at < now - MAX_EVENT_AGE_DAYS * DAY_MS) {
    return { code: 'too_old', message: `Events are accepted up to ${MAX_EVENT_AGE_DAYS} days back.` };
  }
  if (at <= now + MAX_EVENT_LEAD_MINUTES * 60_000) return undefined;
  return { code: 'in_the_future', message: `The time is more than ${MAX_EVENT_LEAD_MINUTES} minutes ahead.` };
}

/** The start of the month in which the event counts, or why it is not counted. */
export function admit(event: UsageEvent, known: Known, now: number): { periodStart: number } | Rejection {
  const late = known.anyAge ? undefined : timeRejection(event, now);
  if (late) return late;
  if (!known.meters.has(event.meter)) {
    return { code: 'unknown_meter', message: unknownMeter(event.meter) };
  }
  if (known.special?.has(event.meter)) {
    const message = `${event.meter} does not add up whole units: report it to POST /api/v1/usage/events.`;
    return { code: 'malformed', message };
  }
  const periods = known.periods.get(event.org);
  if (!periods) {
    return { code: 'unknown_organisation', message: 'The plan of this organisation has not arrived yet.' };
  }
  return { periodStart: monthOf(stepsOf(periods, event.meter), Date.parse(event.at)).start };
}
