import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { customersCatalogue } from '@tidegate/testing/customers/catalogue';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import { withSuperuser } from '@tidegate/testing/superuser';
import { makeTenants, type Tenant } from './load/tenants.ts';
import { nextCall } from './load/traffic.ts';
import type { Result } from './main.ts';
import { familyMs } from './process-cpu.ts';

/*
 * So many people who are all there at once, each asking for something every 15 s on average, with the mix of a real month.
 * Requests begin when people begin them, not when the one before was answered, and their time counts from then, so that a
 * platform that falls behind is seen to. Its own process makes the load; everything is on loopback.
 *
 *   npm run -s bench -- load 1000 60     1,000 people for 60 s (the default); 10000 for a hundred times ten
 */
const EACH_EVERY_S = 15;
const PEOPLE_OF_AN_ORGANISATION = 10;
const MOST_ORGANISATIONS = 200;
const MOST_IN_FLIGHT = 2_000;
const ANSWER_MS = 15_000;
const LAUNCH = { availability: 0.999, p95Ms: 200, databaseP95Ms: 100, errors: 0.001 };

interface Tally {
  times: number[];
  statuses: Map<string, number>;
  /** Not even sent, because too many had no answer yet. */
  unsent: number;
  /** 5xx, or no answer in time. */
  failed: number;
  events: { sent: number; taken: number };
}

export async function load([people = '1000', seconds = '60']: string[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-load-'));
  const catalogue = join(folder, 'plans.yaml');
  writeFileSync(catalogue, customersCatalogue());
  const env = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000', PLANS_FILE: catalogue };
  const platform = await startPlatform({ dataDir: join(folder, 'data'), env });
  try {
    const organisations = Math.min(MOST_ORGANISATIONS, Math.ceil(Number(people) / PEOPLE_OF_AN_ORGANISATION));
    const tenants = await makeTenants(platform.url, organisations);
    await settle(platform, tenants);
    const [before, cpuBefore] = [await databaseTimes(platform), cpuMs(platform)];
    const perSecond = Number(people) / EACH_EVERY_S;
    const tally = await drive(platform.url, tenants, perSecond, Number(seconds));
    const cpuPerRequest = (cpuMs(platform) - cpuBefore) / tally.times.length;
    const databaseP95 = quantile(0.95, before, await databaseTimes(platform));
    const counted = await countedEvents(platform, tally.events.taken);
    return report({ people: Number(people), organisations, perSecond, tally, databaseP95, cpuPerRequest, counted });
  } finally {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Entitlements have arrived and bots have traded: a launch is not the first second of an installation. */
async function settle(platform: Platform, tenants: Tenant[]): Promise<void> {
  const last = tenants.at(-1) as Tenant;
  const event = { id: crypto.randomUUID(), meter: 'widgets', quantity: 1, source: 'shop' };
  for (let tries = 0; tries < 100; tries += 1) {
    const { status } = await send(platform.url, last, {
      ...{ method: 'POST', path: '/api/v1/usage/events', as: 'program', body: { events: [event] } },
    });
    if (status < 300) break;
    await sleep(200);
  }
  await sleep(5_000);
}

async function drive(url: string, tenants: Tenant[], perSecond: number, seconds: number): Promise<Tally> {
  const tally: Tally = { times: [], statuses: new Map(), unsent: 0, failed: 0, events: { sent: 0, taken: 0 } };
  const chance = seeded(1);
  const [began, pending] = [performance.now(), new Set<Promise<void>>()];
  for (let at = 0; at < seconds * 1_000; at += (-Math.log(1 - chance()) * 1_000) / perSecond) {
    const wait = began + at - performance.now();
    if (wait > 0) await sleep(wait);
    if (pending.size >= MOST_IN_FLIGHT) {
      tally.unsent += 1;
      continue;
    }
    const tenant = tenants[Math.floor(chance() * tenants.length)] as Tenant;
    const call = nextCall(tenant, chance);
    const asked = ask(url, tenant, call, began + at, tally).finally(() => pending.delete(asked));
    pending.add(asked);
  }
  await Promise.all(pending);
  return tally;
}

async function ask(url: string, tenant: Tenant, call: ReturnType<typeof nextCall>, at: number, tally: Tally) {
  const events = call.as === 'program' ? 10 : 0;
  tally.events.sent += events;
  const { status } = await send(url, tenant, call);
  tally.times.push(performance.now() - at);
  const key = status === 0 ? 'no answer' : String(status);
  tally.statuses.set(key, (tally.statuses.get(key) ?? 0) + 1);
  if (status === 0 || status >= 500) tally.failed += 1;
  else if (status < 300) tally.events.taken += events;
}

async function send(url: string, { token, key }: Tenant, call: ReturnType<typeof nextCall>) {
  const credential = call.as === 'nobody' ? undefined : call.as === 'program' ? key : token;
  try {
    const answer = await fetch(url + call.path, {
      method: call.method,
      headers: {
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
        ...(call.body ? { 'content-type': 'application/json' } : {}),
      },
      body: call.body ? JSON.stringify(call.body) : null,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.arrayBuffer();
    return { status: answer.status };
  } catch {
    return { status: 0 };
  }
}

/** Queries by the bounds of their histogram, of all services. */
async function databaseTimes({ url, dataDir }: Platform): Promise<Map<number, number>> {
  const { METRICS_TOKEN } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();
  const found = new Map<number, number>();
  for (const [, bound = '', count] of text.matchAll(
    /^tidegate_database_query_seconds_bucket\{.*le="([^"]+)".*\} (\S+)$/gm,
  )) {
    const at = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    found.set(at, (found.get(at) ?? 0) + Number(count));
  }
  return found;
}

/** The upper bound of the bucket in milliseconds: what it is at the most. */
function quantile(share: number, before: Map<number, number>, after: Map<number, number>): number {
  const counts = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const sorted = counts.sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  return 1_000 * (sorted.find(([, count]) => count >= share * all)?.[0] ?? Number.NaN);
}

/** Of the app and of PostgreSQL and nats-server, which it has started, what they do in the background included. */
const cpuMs = ({ process: { pid = 0 } }: Platform): number => familyMs(pid);

/** Waits until what was taken is counted. */
async function countedEvents(platform: Platform, taken: number): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const counted = await withSuperuser(platform, async (client) => {
      const { rows } = await client.query("select sum(used) as n from usage.usage_balances where meter = 'widgets'");
      return Number(rows[0]?.n ?? 0);
    });
    // The one that the platform was asked with before.
    if (counted > taken || tries > 100) return counted - 1;
    await sleep(200);
  }
}

interface Measured {
  people: number;
  organisations: number;
  perSecond: number;
  tally: Tally;
  databaseP95: number;
  cpuPerRequest: number;
  counted: number;
}

function report({ people, organisations, perSecond, tally, databaseP95, cpuPerRequest, counted }: Measured): Result {
  const { times, statuses, unsent, failed, events } = tally;
  const asked = times.length + unsent;
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  const bad = (failed + unsent) / asked;
  const row = (what: string, is: string, wanted: string, good: boolean) =>
    `${what.padEnd(26)} ${is.padEnd(12)} ${wanted.padEnd(10)} ${good ? 'kept' : 'MISSED'}`;
  process.stdout.write(
    `${[
      `${people} people of ${organisations} organisations, ${perSecond.toFixed(0)} requests/s, ${asked} asked; load of the machine ${loadavg()[0]?.toFixed(0)}`,
      [...statuses, ['not sent', unsent]].map(([status, count]) => `${status}: ${count}`).join(', '),
      `${cpuPerRequest.toFixed(1)} ms of CPU a request, so ${((cpuPerRequest * perSecond) / 10).toFixed(0)} % of a core for all of them`,
      `p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms; usage events taken ${events.taken}, counted ${counted}`,
      row('availability', `${(100 * (1 - bad)).toFixed(3)} %`, '99.9 %', 1 - bad >= LAUNCH.availability),
      row('p95 of requests', `${at(0.95).toFixed(0)} ms`, '200 ms', at(0.95) < LAUNCH.p95Ms),
      row('p95 of queries', `<= ${databaseP95} ms`, '100 ms', databaseP95 < LAUNCH.databaseP95Ms),
      row('errors', `${(100 * bad).toFixed(3)} %`, '0.1 %', bad < LAUNCH.errors),
      row('usage events', `${counted - events.taken} off`, '0', counted >= events.taken && counted <= events.sent),
    ].join('\n')}\n`,
  );
  return {
    name: 'load',
    value: Math.round(at(0.95)),
    unit: 'ms at the 95th percentile',
    ratio: Number((at(0.95) / LAUNCH.p95Ms).toFixed(3)),
    against: 'the 200 ms of a launch',
  };
}

/** The same people ask for the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
