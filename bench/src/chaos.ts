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
 * event that is counted, a bot whose trades arrive as webhooks. In the end what customers were told is compared with
 * what is there.
 *
 *   npm run -s bench -- chaos          once through all faults in both layouts, outages of 5 s
 *   npm run -s bench -- chaos long     four times, outages of 3, 15 and 60 s
 *   npm run -s bench -- chaos short notifier   only the faults with that word
 */
const CUSTOMERS = 6;
const STUCK_MS = 10_000;
const PROBE_MS = 180_000;

interface Plan {
  /** Milliseconds of the outages, one round through all faults each. */
  outages: number[];
  /** A part of the names of faults. */
  only: string;
}

const faultsOf = (services: boolean, only: string): Fault[] =>
  [...COMMON, ...(services ? PROCESS_PER_SERVICE : ONE_PROCESS)].filter(({ name }) => name.includes(only));

interface Outcome {
  faults: number;
  slowest: { name: string; ms: number };
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

async function underFaults(world: World, services: boolean, { outages, only }: Plan): Promise<Outcome> {
  const receiver = await startWebhookReceiver();
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => new Customer(world.platform.url, `c${index}`));
  await Promise.all(customers.map((customer) => customer.signUp()));
  await Promise.all(
    customers.map((customer) => customer.addWebhook(`http://127.0.0.1:${receiver.port}/${customer.name}`)),
  );

  const load = startLoad(customers);
  const recoveries: { name: string; ms: number }[] = [];
  for (const outageMs of outages) {
    world.outageMs = outageMs;
    for (const fault of faultsOf(services, only)) {
      await sleep(2_000);
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
    faults: recoveries.length,
    slowest: recoveries.reduce((worst, one) => (one.ms > worst.ms ? one : worst)),
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
  const heardBefore = heardBy(customer, receiver);
  const steps: string[] = [];
  const done = (step: string) => steps.push(`${step} ${seconds(Date.now() - healed)}`);
  const probe = async () => {
    await customer.insist('GET', '/api/v1/bots?limit=1');
    done('read');
    await customer.startTrader();
    done('write');
    await customer.sendEvent();
    const events = customer.events;
    while ((await customer.used('widgets')) < events) await sleep(100);
    done('counted');
    while (heardBy(customer, receiver) < heardBefore + TRADES) await sleep(100);
    done('webhooks');
  };
  const gaveUp = new AbortController();
  await Promise.race([probe(), sleep(PROBE_MS, undefined, { signal: gaveUp.signal }).catch(() => {})]);
  gaveUp.abort();
  return { ms: Date.now() - healed, steps: steps.join(', ') };
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const heardBy = ({ name }: Customer, receiver: WebhookReceiver): number =>
  new Set(receiver.requests.filter(({ path }) => path === `/${name}`).map(({ headers }) => headers['webhook-id'])).size;

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

/** The shipped catalogue with a meter of the operator's own and room for what is done here. */
function catalogueText(): string {
  return readFileSync('plans/default.yaml', 'utf8')
    .replace('plans:\n', '  widgets: { kind: metered, name: Widgets, unit: widget }\n\nplans:\n')
    .replaceAll('      api_calls:', '      widgets: unlimited\n      api_calls:')
    .replace('limit: 10_000, note: Calls', 'limit: 50_000_000, note: Calls')
    .replace('bots: 5\n', 'bots: 100_000\n')
    .replace('notifications: 100\n', 'notifications: 1_000_000\n');
}

export async function chaos([length = 'short', only = '']: string[]): Promise<Result> {
  const outages = length === 'long' ? [3_000, 15_000, 60_000, 5_000] : [5_000];
  let [faults, bad] = [0, 0];
  for (const services of [false, true].filter((layout) => faultsOf(layout, only).length > 0)) {
    const outcome = await layout(services, { outages, only });
    const { lost, doubled, uncounted, left } = outcome.verdict;
    faults += outcome.faults;
    bad += lost.length + doubled.length + left.length + uncounted + outcome.stuck.length;
    process.stdout.write(
      `${services ? 'process per service' : 'one process'}: ${outcome.faults} faults, ${outcome.answered} calls answered\n` +
        `  lost ${lost.length} ${lost.join('; ')}\n  doubled ${doubled.length} ${doubled.join('; ')}\n` +
        `  uncounted ${uncounted}\n  left behind ${left.length} ${left.join('; ')}\n` +
        `  stuck longer than 10 s ${outcome.stuck.length} ${outcome.stuck.join('; ')}\n` +
        `  slowest ${outcome.slowest.name} ${seconds(outcome.slowest.ms)}; 5xx without Retry-After ${outcome.unhelpful}\n`,
    );
  }
  return { name: 'chaos', value: bad, unit: 'faults that showed', ratio: bad / faults, against: `${faults} faults` };
}
