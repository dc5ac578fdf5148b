import {
  type Component,
  type ComponentDay,
  type ComponentState,
  STATUS_DAYS,
} from '@tidegate/contracts/notifier/incidents';

const DAY_MS = 86_400_000;

interface Change {
  component: Component;
  state: ComponentState;
  since: Date;
}

/** How long each part was late or away on each day of UTC; days without are left out. `changes`: of each in order. */
export function badDays(changes: readonly Change[], now: number): ComponentDay[] {
  const from = dayOf(now) - (STATUS_DAYS - 1) * DAY_MS;
  const found = new Map<string, { component: Component; day: string; degraded: number; down: number }>();
  for (const [index, { component, state, since }] of changes.entries()) {
    if (state === 'operational') continue;
    const next = changes[index + 1];
    const end = next?.component === component ? next.since.getTime() : now;
    for (let at = Math.max(since.getTime(), from); at < end; at = dayOf(at) + DAY_MS) {
      const day = new Date(dayOf(at)).toISOString().slice(0, 10);
      const known = found.get(`${component} ${day}`) ?? { component, day, degraded: 0, down: 0 };
      known[state] += Math.min(end, dayOf(at) + DAY_MS) - at;
      found.set(`${component} ${day}`, known);
    }
  }
  return [...found.values()].map(({ component, day, degraded, down }) => ({
    component,
    day,
    degradedSeconds: Math.round(degraded / 1_000),
    downSeconds: Math.round(down / 1_000),
  }));
}

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
