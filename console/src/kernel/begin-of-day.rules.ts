const DAY_MS = 86_400_000;

/**
 * The instant at which a day begins in a time zone, such as 2026-11-30 in Europe/Berlin; `later` days after it. Where clocks go forward at
 * midnight it begins at one, and where they go back to it, the first time.
 */
export function beginOfDay(day: string, zone: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  // As a clock on the wall shows it; which instant that is depends on the offset, which may change on that day.
  const wall = Date.UTC(year, month - 1, date + later);
  const begins = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - offsetAt(near, zone)).sort((a, b) => a - b);
  const begin = begins.find((at) => at + offsetAt(at, zone) >= wall) ?? wall;
  return new Date(begin).toISOString();
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds = '0'] = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? [];
  if (!sign) return 0;
  const ahead = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -ahead : ahead;
}
