/*
 * How close to each other the snapshots at the sessions are (monitoring.md 3.12): every second for five minutes from
 * when three sessions wait for others, or when more are active than the machine can have the processors for. The
 * trouble has to end before it counts again, so that a server which is always busy is not read every second without
 * end.
 */
export interface Pace {
  fastUntil: number;
  troubled: boolean;
}

export const CALM: Pace = { fastUntil: 0, troubled: false };

const MANY_BLOCKED = 3;

/** PostgreSQL does not report how many processors it has; parallel workers are set to their number, or are eight by default. */
const MANY_ACTIVE_PER_WORKER = 2;

export interface Load {
  blocked: number;
  active: number;
  parallelWorkers: number;
}

export function nextPace(pace: Pace, load: Load, now: number, troubleMs: number): Pace {
  const many = MANY_ACTIVE_PER_WORKER * Math.max(1, load.parallelWorkers);
  const troubled = load.blocked >= MANY_BLOCKED || load.active > many;
  return { troubled, fastUntil: troubled && !pace.troubled ? now + troubleMs : pace.fastUntil };
}
