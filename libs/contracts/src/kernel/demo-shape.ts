/*
 * Made-up figures that look like those of a business: quiet nights, busy mornings, slow weekends, and noise. Everything is a
 * function of a name and an instant, so what is written twice is the same, by whichever service and process.
 */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Evenly spread over 0 to 1, and always the same for the same name and number. */
export function chance(name: string, number: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
  hash = Math.imul(hash ^ Math.floor(number / 0x1_0000_0000), 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  hash = Math.imul(hash, 0x297a2d39);
  hash ^= hash >>> 15;
  return (hash >>> 0) / 0x1_0000_0000;
}

/** Between 0 and 1, changing smoothly: a new course about once in each period. */
export function drift(name: string, at: number, periodMs: number): number {
  const place = at / periodMs;
  const step = Math.floor(place);
  const part = place - step;
  const eased = part * part * (3 - 2 * part);
  return chance(name, step) * (1 - eased) + chance(name, step + 1) * eased;
}

/** By hour of a working day in UTC: nights a fifth of the peak, a dip at noon, an evening of its own. */
const HOURS = [22, 19, 17, 16, 18, 24, 36, 55, 78, 94, 100, 97, 84, 88, 96, 98, 92, 80, 66, 58, 54, 46, 36, 28];
const WEEKEND = 0.45;

/** How busy people are: 1 at the peak of a working day. */
export function busyness(at: number): number {
  const hours = (((at % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS;
  const hour = Math.floor(hours);
  const part = hours - hour;
  const level = (HOURS[hour] ?? 0) * (1 - part) + (HOURS[(hour + 1) % 24] ?? 0) * part;
  const weekday = new Date(at).getUTCDay();
  return (level / 100) * (weekday === 0 || weekday === 6 ? WEEKEND : 1);
}

/** How busy something is, with a course of its own over hours and noise from minute to minute. */
export const load = (name: string, at: number): number =>
  busyness(at) * (0.75 + 0.5 * drift(name, at, 3 * HOUR_MS)) * (0.85 + 0.3 * chance(name, Math.floor(at / MINUTE_MS)));

/** The id of a made-up thing of an organisation: the same each time, and ordered by the instant as other ids are. */
export function demoId(organisationId: string, name: string, at: number): string {
  const hex = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12);
  const digits = (salt: string) =>
    Math.floor(chance(`${organisationId} ${name} ${salt}`, at) * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c] = [digits('a'), digits('b'), digits('c')];
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${a.slice(0, 3)}-8${b.slice(0, 3)}-${c}${a.slice(4)}`;
}
