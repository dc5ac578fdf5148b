import { TidegateProblem } from '@tidegate/client';
import { OPERATIONS } from '@tidegate/client/generated/operations';
import type { Limits } from '@tidegate/contracts/kernel/check-limits';

type Operations = typeof OPERATIONS;

/** Loaded with the first thing that is sent: whoever only looks pays nothing for them. */
const LIMITS: Record<Operations[keyof Operations]['service'] | 'operator', () => Promise<object>> = {
  operator: () => import('@tidegate/client/generated/limits/operator'),
  identity: () => import('@tidegate/client/generated/limits/identity'),
  billing: () => import('@tidegate/client/generated/limits/billing'),
  usage: () => import('@tidegate/client/generated/limits/usage'),
  'monitor-agent': () => import('@tidegate/client/generated/limits/monitor-agent'),
  'bot-executor': () => import('@tidegate/client/generated/limits/bot-executor'),
  notifier: () => import('@tidegate/client/generated/limits/notifier'),
  gateway: () => import('@tidegate/client/generated/limits/gateway'),
};

/**
 * Refuses, before it is sent, what the contract would refuse for its limits: the same problem, with the same words for the
 * same fields. What cannot be loaded is not checked: the platform checks everything all the same.
 */
export async function checkInput(name: keyof Operations, input: unknown): Promise<void> {
  const errors = await faultsIn(name, input).catch(() => []);
  const [first] = errors;
  if (!first) return;
  const detail = `${first.field}: ${first.message}`;
  const title = 'Some fields are not valid';
  throw new TidegateProblem({ code: 'validation_failed', status: 422, title, detail, errors });
}

async function faultsIn(name: keyof Operations, input: unknown) {
  const { scope, service } = OPERATIONS[name];
  const [limits, { faultsOf }] = await Promise.all([
    LIMITS[scope === 'operator' ? scope : service]() as Promise<Record<string, Limits>>,
    import('@tidegate/contracts/kernel/check-limits'),
  ]);
  const own = limits[name];
  return own ? faultsOf(own, input) : [];
}
