import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { startPlatform } from '@tidegate/testing/platform';
import { Customer, TRADES } from './chaos/customer.ts';
import { COMMON, type Fault, ONE_PROCESS, PROCESS_PER_SERVICE, type World } from './chaos/faults.ts';
import { judge, type Verdict } from './chaos/verdict.ts';
import type { Result } from './main.ts';

/*
 * Kills, stops and freezes everything, one after the other, while customers work: the app or its services, nats-server,
 * the postmaster, all backends. After each fault a probe walks every way through the platform: a read, a write, a usage
 * event that is counted, a bot whose trades arrive as webhooks. In the end what customers were answered is compared with
 * what is there.
 *
 *   npm run -s bench -- chaos          once through all faults in both layouts, outages of 5 s
 *   npm run -s bench -- chaos long     three times, outages of 3, 15 and 60 s; 45 minutes at the most
 *   npm run -s bench -- chaos short notifier   only the faults with that word
 */
const CUSTOMERS = 6;
/** Bots that each customer starts right before a fault, so that it strikes while more than fifty aggregates speak. */
const FLEET = 9;
/** A slow machine leaves out what would take longer; what was left out is said. */
const LONGEST_MS = { oneProcess: 14 * 60_000, both: 40 * 60_000 };
const STUCK_MS = 10_000;
const PROBE_MS = 180_000;

interface Plan {
  /** Milliseconds of the outages, one round through all faults each. */
  outages: number[];
  /** A part of the names of faults. */
  only: string;
  /** No fault begins after it. */
  until: number;
}

const faultsOf = (services: boolean, only: string): Fault[] =>
  [...COMMON, ...(services ? PROCESS_PER_SERVICE : ONE_PROCESS)].filter(({ name }) => name.includes(only));

interface Outcome {
  recoveries: { name: string; ms: number }[];
  leftOut: number;
  aggregates: number;
  stuck: string[];
  unhelpful: number;
  answered: number;
  verdict: Verdict;
}

async function layout(services: boolean, plan: Plan): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-chaos-'));
  const port = await freePort();
  const catalogue = join(folder, 'plans.yaml');
  writeFileSync(catalogue, catalogueText());
  const env = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000', PLANS_FILE: catalogue };
  const options = { services, dataDir: join(folder, 'data'), port, env };
  const world: World = {
    platform: await startPlatform(options),
    outageMs: 0,
    restart: async (how) => {
      const { process: child } = world.platform;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(how === 'killed' ? 'SIGKILL' : 'SIGTERM');
      await ended;
      world.platform = await startPlatform(options);
    },
  };
  try {
    return await underFaults(world, services, plan);
  } finally {
    await world.platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function underFaults(world: World, services: boolean, { outages, only, until }: Plan): Promise<Outcome> {
  const receiver = await startWebhookReceiver();
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => new Customer(world.platform.url, `c${index}`));
  await Promise.all(customers.map((customer) => customer.signUp()));
  await Promise.all(
    customers.map((customer) => customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`)),
  );

  const load = startLoad(customers);
  const recoveries: { name: string; ms: number }[] = [];
  let leftOut = 0;
  for (const outageMs of outages) {
    world.outageMs = outageMs;
    for (const fault of faultsOf(services, only)) {
      if (Date.now() > until) {
        leftOut += 1;
        continue;
      }
      await sleep(1_000);
      await Promise.all(customers.map((one) => one.startFleet(FLEET)));
      const customer = customers[recoveries.length % customers.length] as Customer;
      const { ms, steps } = await recovery(fault, world, customer, receiver);
      recoveries.push({ name: fault.name, ms });
      process.stderr.write(
        `${services ? 'services' : 'one'}: ${fault.name}: all ways open after ${seconds(ms)} (${steps})\n`,
      );
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

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Webhooks that came to the customer, all or those about one bot. */
function notificationsOf({ name }: Customer, receiver: WebhookReceiver, bot = ''): number {
  const own = receiver.requests.filter(({ path, body }) => path === `/${name}` && body.includes(bot));
  return new Set(own.map(({ headers }) => headers['webhook-id'])).size;
}

function startLoad(customers: Customer[]) {
  let stopping = false;
  const working = customers.map(async (customer) => {
    for (let turn = 0; !stopping; turn += 1) {
      await customer.act(turn);
      await sleep(40);
    }
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(working);
    },
  };
}

/** The catalogue of tests with a meter of the operator's own and room for what is done here. */
function catalogueText(): string {
  return readFileSync('libs/testing/plans.yaml', 'utf8')
    .replace('plans:\n', '  widgets: { kind: metered, name: Widgets, unit: widget }\n\nplans:\n')
    .replaceAll('        api_calls:', '        widgets: unlimited\n        api_calls:')
    .replace('limit: 10_000, note: Calls', 'limit: 50_000_000, note: Calls')
    .replace('bots: 5\n', 'bots: 100_000\n')
    .replace('notifications: 100\n', 'notifications: 1_000_000\n');
}

export async function chaos([length = 'short', only = '']: string[]): Promise<Result> {
  const outages = length === 'long' ? [3_000, 15_000, 60_000] : [5_000];
  const began = Date.now();
  let [faults, bad] = [0, 0];
  for (const services of [false, true].filter((layout) => faultsOf(layout, only).length > 0)) {
    const until = began + (services ? LONGEST_MS.both : LONGEST_MS.oneProcess);
    const outcome = await layout(services, { outages, only, until });
    const { lost, doubled, uncounted, left } = outcome.verdict;
    faults += outcome.recoveries.length;
    bad += lost.length + doubled.length + left.length + uncounted + outcome.stuck.length;
    process.stdout.write(`${services ? 'process per service' : 'one process'}: ${summaryOf(outcome, outages)}\n`);
  }
  return { name: 'chaos', value: bad, unit: 'faults that showed', ratio: bad / faults, against: `${faults} faults` };
}

function summaryOf(
  { recoveries, leftOut, aggregates, stuck, unhelpful, answered, verdict }: Outcome,
  outages: number[],
) {
  const { lost, doubled, uncounted, left } = verdict;
  const times = recoveries.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => seconds(times[Math.floor((times.length - 1) * share)] ?? 0);
  return [
    `${recoveries.length} faults (${leftOut} left out for lack of time), outages of ${outages.map(seconds).join(', ')}`,
    `${answered} calls answered, ${aggregates} bots, at least ${CUSTOMERS * FLEET} of them started right before each fault`,
    `lost ${lost.length} ${lost.join('; ')}`,
    `doubled ${doubled.length} ${doubled.join('; ')}`,
    `uncounted ${uncounted}`,
    `left behind ${left.length} ${left.join('; ')}`,
    `everything there ${seconds(verdict.settledMs)} after the last fault`,
    `stuck longer than 10 s ${stuck.length} ${stuck.join('; ')}`,
    `5xx without Retry-After ${unhelpful}`,
    `recovery: median ${at(0.5)}, 9 of 10 within ${at(0.9)}, slowest ${at(1)}`,
    ...[...Map.groupBy(recoveries, ({ name }) => name)].map(
      ([name, all]) => `  ${name}: ${all.map(({ ms }) => seconds(ms)).join(', ')}`,
    ),
  ].join('\n  ');
}
