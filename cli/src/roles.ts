import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { type Running, run } from '@tidegate/runtime/run';
import type { ServiceDefinition } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';

/** Loaded on demand, so that a process pays only for what it hosts. */
const load: Record<ServiceName, () => Promise<{ service: ServiceDefinition }>> = {
  identity: () => import('@tidegate/identity/identity.service'),
  billing: () => import('@tidegate/billing/billing.service'),
  usage: () => import('@tidegate/usage/usage.service'),
  'monitor-agent': () => import('@tidegate/monitor-agent/monitor-agent.service'),
  'bot-executor': () => import('@tidegate/bot-executor/bot-executor.service'),
  notifier: () => import('@tidegate/notifier/notifier.service'),
  gateway: () => import('@tidegate/gateway/gateway.service'),
};

export async function loadServices(names: readonly ServiceName[]): Promise<ServiceDefinition[]> {
  return Promise.all(names.map(async (name) => (await load[name]()).service));
}

export async function startRoles(settings: Settings): Promise<Running> {
  return run(await loadServices(settings.roles), settings);
}

/** npm and the terminal each pass Ctrl-C on: what comes within this time is the same one. */
const SAME_SIGNAL_MS = 1_500;

/**
 * SIGTERM, SIGINT and the end of the terminal stop in order; a second signal gives up waiting. When the parent that
 * holds our channel is gone, `orphaned` says what to do.
 */
export function stopOnSignals(stop: () => Promise<void>, orphaned: 'stop' | 'exit' = 'exit'): void {
  let stoppingSince = 0;
  const begin = (): void => {
    if (stoppingSince > 0) {
      if (Date.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${(error as Error).stack}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, begin);
  // A killed parent means to kill: nothing is lost by it, and the next start takes up from there.
  process.on('disconnect', () => (orphaned === 'stop' ? begin() : stoppingSince === 0 && process.exit(1)));
}
