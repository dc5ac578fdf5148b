import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { type Running, run } from '@tidegate/runtime/run';
import type { ServiceDefinition } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';
import { collectStartupGarbage } from './startup-garbage.ts';

/** Loaded on demand, so that a process loads only what it hosts. */
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
  const running = await run(await loadServices(settings.roles), settings);
  collectStartupGarbage();
  return running;
}
