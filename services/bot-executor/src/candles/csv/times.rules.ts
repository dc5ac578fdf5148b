import type { TimeFormat } from '@tidegate/contracts/bot-executor/candles';
import { excerpt } from './columns.rules.ts';

/*
 * Instants as files write them. The unit of an epoch follows from its number of digits, which is unambiguous from 1973 to
 * 2100: seconds have 9 or 10, milliseconds 12 or 13, microseconds 15 or 16, nanoseconds 18 or 19. Dates have to begin with
 * the year, because 02/03 may be in February or in March.
 */
const EPOCH = /^(\d{9,19})(\.\d{1,9})?$/;
const DATE =
  /^(\d{4})([-/.])(\d\d)\2(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const LATEST = 4_102_444_800_000;
const MINUTE = 60_000;

export interface Time {
  /** Epoch milliseconds; not whole where the text is finer. */
  at: number;
  format: TimeFormat;
}

/** The instant, or what is wrong with it. `zone`: minutes east of UTC, for texts without one. */
export function readTime(text: string, zone: number | undefined): Time | string {
  const shown = `"${excerpt(text)}"`;
  const time = epoch(text) ?? date(text, zone);
  if (time === 'no zone') return `${shown} has no time zone. Set zone, such as Z or +02:00.`;
  if (time && time.at > 0 && time.at < LATEST) return time;
  const forms = 'an ISO instant (year first) or an epoch of seconds, milliseconds, microseconds or nanoseconds';
  return `${shown} is not a readable time between 1970 and 2100: ${forms}.`;
}

function epoch(text: string): Time | undefined {
  const [, whole = '', fraction = '0'] = EPOCH.exec(text) ?? [];
  const rest = Number(fraction);
  switch (whole.length) {
    case 9:
    case 10:
      return { at: Number(whole) * 1_000 + rest * 1_000, format: 'seconds' };
    case 12:
    case 13:
      return { at: Number(whole) + rest, format: 'milliseconds' };
    case 15:
    case 16:
      return { at: Number(whole) / 1_000 + rest / 1_000, format: 'microseconds' };
    case 18:
    case 19:
      // More digits than a number can represent: of anything finer than a millisecond only its presence matters.
      return { at: Number(whole.slice(0, -6)) + (/^0+$/.test(whole.slice(-6)) ? 0 : 0.5), format: 'nanoseconds' };
    default:
      return undefined;
  }
}

function date(text: string, zone: number | undefined): Time | 'no zone' | undefined {
  const [all, year, , month, day, hour, minute, second = '0', fraction = '0', offset] = DATE.exec(text) ?? [];
  if (all === undefined) return undefined;
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second),
  );
  // JavaScript reads February 31 as March 3, and 25:00 as 01:00 of the next day.
  const again = new Date(at).toISOString();
  const given = `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second.padStart(2, '0')}`;
  if (!again.startsWith(given)) return undefined;
  // A day is a day of UTC, as candles of a day are.
  const east = offset !== undefined ? readZone(offset) : hour === undefined ? 0 : zone;
  if (east === undefined) return offset === undefined ? 'no zone' : undefined;
  return { at: at + Number(`0.${fraction}`) * 1_000 - east * MINUTE, format: 'iso' };
}

/** Minutes east of UTC. */
export function readZone(text: string): number | undefined {
  if (/^(Z|UTC|GMT)$/i.test(text)) return 0;
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
