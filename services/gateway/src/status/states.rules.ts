import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import type { ServiceState } from '@tidegate/contracts/kernel/service-state';
import type { Component, ComponentState } from '@tidegate/contracts/notifier/incidents';

export const SERVICE_OF: Record<Component, StoringService> = {
  api: 'identity',
  billing: 'billing',
  usage: 'usage',
  monitoring: 'monitor-agent',
  trading: 'bot-executor',
  notifications: 'notifier',
};

/** From which on it is late rather than busy: those of the alerts. */
const EVENTS_LATE_SECONDS = 60;
const WORK_LATE_SECONDS = 600;
/** A process that is restarted does not answer for some seconds. */
const MISSES = 3;
/** One that comes and goes is not shown as if it worked in between. */
const CALM = 3;

/** What is known of a part. `since`: of its state. `doubts`: how often in a row it was asked and was otherwise, since when. */
export interface Known {
  state: ComponentState;
  since: number;
  doubts: number;
  doubtedAt: number;
}

const RANK: Record<ComponentState, number> = { operational: 0, degraded: 1, down: 2 };

/** `said`: what its service says now, null when it does not answer. */
export function judge(said: ServiceState | null): ComponentState {
  if (!said) return 'down';
  const behind = Math.max(said.outbox.lagSeconds, ...said.consumers.map(({ lagSeconds }) => lagSeconds));
  const late = Math.max(0, ...said.work.map(({ lateSeconds }) => lateSeconds));
  return behind > EVENTS_LATE_SECONDS || late > WORK_LATE_SECONDS ? 'degraded' : 'operational';
}

/**
 * What is known after it was asked once more. What is late has been so for a minute and is told at once; that it does
 * not answer, and that it is better again, must hold for some questions. Both count from the first of these.
 */
export function follow(before: Known | undefined, said: ServiceState | null, now: number): Known {
  const seen = judge(said);
  const known = before ?? { state: said ? seen : 'operational', since: now, doubts: 0, doubtedAt: now };
  if (seen === known.state) return { ...known, doubts: 0 };
  const doubts = known.doubts + 1;
  const doubtedAt = doubts === 1 ? now : known.doubtedAt;
  const needed = seen === 'down' ? MISSES : RANK[seen] < RANK[known.state] ? CALM : 1;
  return doubts < needed ? { ...known, doubts, doubtedAt } : { state: seen, since: doubtedAt, doubts: 0, doubtedAt };
}

/** Whether it has to be asked again soon: it works, and nothing says otherwise. */
export const isCalm = ({ state, doubts }: Known): boolean => state === 'operational' && doubts === 0;
