import { MAX_EVENT_AGE_DAYS, MAX_EVENT_LEAD_MINUTES, type UsageEvent } from '@tidegate/contracts/usage/event';
import type { RejectionCode } from '@tidegate/contracts/usage/usage';
import { monthOf, stepsOf, type Times } from '../entitlements/meter-periods.rules.ts';

const DAY_MS = 86_400_000;

/** What is needed to judge an event. */
export interface Known {
  meters: ReadonlySet<string>;
  /** Meters whose events the stream cannot carry: it has whole units that are added up. */
  special?: ReadonlySet<string> | undefined;
  /** Whether events may be older than others are accepted: what an operator adds later. */
  anyAge?: boolean | undefined;
  /**
   * Whether our own services report them: what was used while their clock was ahead was used all the same, and counts
   * when it arrives.
   */
  ours?: boolean | undefined;
  /** By organisation. */
  times: ReadonlyMap<string, Times>;
}

export interface Rejection {
  code: RejectionCode;
  message: string;
}

export interface Admitted {
  at: number;
  /** That instant, where it is not the event's own. */
  moved: string | undefined;
  periodStart: number;
  zone: string;
}

export const unknownMeter = (meter: string): string => `No plan has a metered feature called ${meter}.`;

/** Why the event's time rules it out, if it does. */
export const timeRejection = ({ at }: Pick<UsageEvent, 'at'>, now: number): Rejection | undefined =>
  outOfTime(Date.parse(at), now);

function outOfTime(at: number, now: number): Rejection | undefined {
  if (at < now - MAX_EVENT_AGE_DAYS * DAY_MS) {
    return { code: 'too_old', message: `Events are accepted up to ${MAX_EVENT_AGE_DAYS} days back.` };
  }
  if (at <= now + MAX_EVENT_LEAD_MINUTES * 60_000) return undefined;
  return { code: 'in_the_future', message: `The time is more than ${MAX_EVENT_LEAD_MINUTES} minutes ahead.` };
}

/** The newest date that was read, and where it begins: nearly all events are of one. */
let lastDate = '1970-01-01';
let lastDay = 0;

const ZERO = 48;
const digits = (text: string, at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

/** As `Date.parse`, of a valid instant; nearly all look like 2026-11-29T07:00:40.745Z, whose digits are read at once. */
export function millisecondsOf(at: string): number {
  if (at.length !== 24 || !at.startsWith('2') || !at.endsWith('Z')) return Date.parse(at);
  if (!at.startsWith(lastDate)) {
    lastDate = at.slice(0, 10);
    lastDay = dayOf(at);
  }
  const seconds = digits(at, 11) * 3_600 + digits(at, 14) * 60 + digits(at, 17);
  return lastDay + seconds * 1_000 + (at.charCodeAt(20) - ZERO) * 100 + digits(at, 21);
}

/** Where the day begins that this instant names. */
function dayOf(at: string): number {
  const year = digits(at, 0) * 100 + digits(at, 2);
  const month = digits(at, 5);
  // Years that begin in March end with the day that some have and others have not.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + digits(at, 8) - 1;
  const century = Math.floor(shifted / 100);
  return (365 * shifted + Math.floor(shifted / 4) - century + Math.floor(century / 4) + dayOfYear - 719_468) * DAY_MS;
}

/** When the event happened and how its organisation divides time, with the start of the month in which it counts; or why it is not counted. */
export function admit(event: UsageEvent, known: Known, now: number): Admitted | Rejection {
  const said = millisecondsOf(event.at);
  const ruledOut = known.anyAge ? undefined : outOfTime(said, now);
  const isAhead = ruledOut?.code === 'in_the_future' && known.ours === true;
  if (ruledOut && !isAhead) return ruledOut;
  const at = isAhead ? now : said;
  const moved = isAhead ? new Date(now).toISOString() : undefined;
  if (!known.meters.has(event.meter)) {
    return { code: 'unknown_meter', message: unknownMeter(event.meter) };
  }
  if (known.special?.has(event.meter)) {
    const message = `${event.meter} does not add up whole units: report it to POST /api/v1/usage/events.`;
    return { code: 'malformed', message };
  }
  const times = known.times.get(event.org);
  if (!times) {
    return { code: 'unknown_organisation', message: 'The plan of this organisation has not arrived yet.' };
  }
  return { at, moved, periodStart: monthOf(stepsOf(times.periods, event.meter), at).start, zone: times.zone };
}
