import { setTimeout as sleep } from 'node:timers/promises';
import { Customer, TRADES } from '@tidegate/testing/customers/customer';
import { keepAsking } from '@tidegate/testing/customers/keep-asking';
import { judge, type Verdict } from '@tidegate/testing/customers/verdict';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { type Fault, faultsOf } from './faults.ts';
import type { Layout, World } from './world.ts';

export const CUSTOMERS = 6;
/** Bots that each customer starts right before a fault, so that it strikes while more than fifty aggregates speak. */
export const FLEET = 9;
const STUCK_MS = 10_000;
const PROBE_MS = 180_000;

export interface Plan {
  /** Milliseconds of the outages, one round through all faults each. */
  outages: number[];
  /** By their names. */
  only: (name: string) => boolean;
  /** No fault begins after it. */
  until: number;
}

export interface Outcome {
  recoveries: { name: string; ms: number }[];
  leftOut: number;
  aggregates: number;
  stuck: string[];
  unhelpful: number;
  answered: number;
  verdict: Verdict;
}

/** Fault after fault while customers work; after each one a probe walks every way, and in the end the books are compared. */
export async function underFaults(world: World, layout: Layout, { outages, only, until }: Plan): Promise<Outcome> {
  const receiver = await startWebhookReceiver();
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => new Customer(world.platform.url, `c${index}`));
  await Promise.all(customers.map((customer) => customer.signUp()));
  await Promise.all(
    customers.map((customer) => customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`)),
  );

  const load = keepAsking(customers);
  const recoveries: { name: string; ms: number }[] = [];
  let leftOut = 0;
  for (const outageMs of outages) {
    world.outageMs = outageMs;
    for (const fault of faultsOf(layout, only).filter(({ needs }) => needs?.(world) ?? true)) {
      if (Date.now() > until) {
        leftOut += 1;
        continue;
      }
      await sleep(1_000);
      await Promise.all(customers.map((one) => one.startFleet(FLEET)));
      const customer = customers[recoveries.length % customers.length] as Customer;
      const { ms, steps } = await recovery(fault, world, customer, receiver);
      recoveries.push({ name: fault.name, ms });
      process.stderr.write(`${layout}: ${fault.name}: all ways open after ${seconds(ms)} (${steps})\n`);
    }
  }
  await load.stop();
  const verdict = await judge(world.platform, customers, receiver.requests);
  await receiver.close();
  const sum = (of: (customer: Customer) => number) => customers.reduce((total, one) => total + of(one), 0);
  return {
    recoveries,
    leftOut,
    aggregates: sum(({ bots }) => bots.length),
    stuck: recoveries.filter(({ ms }) => ms > STUCK_MS).map(({ name, ms }) => `${name} ${seconds(ms)}`),
    unhelpful: sum(({ tally }) => tally.unhelpful),
    answered: sum(({ tally }) => tally.answered),
    verdict,
  };
}

/** From the end of the fault until every way through the platform has been walked. */
async function recovery(
  fault: Fault,
  world: World,
  customer: Customer,
  receiver: WebhookReceiver,
): Promise<{ ms: number; steps: string }> {
  await fault.strike(world);
  const healed = Date.now();
  const steps: string[] = [];
  const done = (step: string) => steps.push(`${step} ${seconds(Date.now() - healed)}`);
  const probe = async () => {
    await customer.insist('GET', '/api/v1/bots?limit=1');
    done('read');
    const trader = await customer.startTrader();
    done('write');
    await customer.sendEvent();
    const events = customer.events;
    while ((await customer.used('widgets')) < events) await sleep(100);
    done('counted');
    while ((await customer.closedTrades(trader)) < TRADES) await sleep(100);
    done('traded');
    while (notificationsOf(customer, receiver, trader) < TRADES) await sleep(100);
    done('webhooks');
  };
  const gaveUp = new AbortController();
  await Promise.race([probe(), sleep(PROBE_MS, undefined, { signal: gaveUp.signal }).catch(() => {})]);
  gaveUp.abort();
  return { ms: Date.now() - healed, steps: steps.join(', ') };
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Webhooks that came to the customer, all or those about one bot. */
function notificationsOf({ name }: Customer, receiver: WebhookReceiver, bot = ''): number {
  const own = receiver.requests.filter(({ path, body }) => path === `/${name}` && body.includes(bot));
  return new Set(own.map(({ headers }) => headers['webhook-id'])).size;
}
