import type { ServiceName } from '@tidegate/contracts/kernel/service-names';

/*
 * Services that are called until the end stop after their callers: a lease is settled at usage, which asks billing for
 * a plan. A service that nobody calls during a stop ends with the callers.
 */
const WAVE: Record<ServiceName, number> = {
  gateway: 0,
  'bot-executor': 1,
  'monitor-agent': 1,
  notifier: 1,
  identity: 2,
  usage: 2,
  billing: 3,
};

/** In the order in which they end; those of one wave end together. */
export function inStopOrder<T>(all: readonly T[], nameOf: (one: T) => ServiceName): T[][] {
  const waves = Map.groupBy(all, (one) => WAVE[nameOf(one)]);
  return [...waves].sort(([one], [other]) => one - other).map(([, wave]) => wave);
}
