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
/** A process that is restarted does not answer once. */
const MISSES = 2;

/** `state`: what its service said just now, null when it did not answer. `misses`: how often it did not in a row. */
export function judge(state: ServiceState | null, misses: number): ComponentState | undefined {
  if (!state) return misses >= MISSES ? 'down' : undefined;
  const behind = Math.max(state.outbox.lagSeconds, ...state.consumers.map(({ lagSeconds }) => lagSeconds));
  const late = Math.max(0, ...state.work.map(({ lateSeconds }) => lateSeconds));
  return behind > EVENTS_LATE_SECONDS || late > WORK_LATE_SECONDS ? 'degraded' : 'operational';
}
