import { Agent, request } from 'node:http';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import pg from 'pg';
import { ceiling, type Measured } from './ingest-ceiling.ts';
import { LATE_DAYS, makeLoad } from './ingest-load.ts';
import { familyMs } from './process-cpu.ts';
import type { BenchDatabase } from './servers.ts';

const EVENTS_A_REQUEST = 1_000;
const LANES = 6;
/** For the time from event to balance: a steady load, and one event after the other besides. */
const PACE_EVENTS = 100;
const PACE_MS = 20;
const PROBES = 200;
const TABLES = ['usage_events', 'usage_identities', 'usage_hours', 'usage_balances'].map((table) => `usage.${table}`);

export interface HttpIngestion {
  /** By hand in this PostgreSQL, and by HTTP until committed and visible; its CPU is that of PostgreSQL and the platform. */
  round(events: number): Promise<{ alone: Measured; ours: Measured }>;
  /** 50 and 99 % of the milliseconds from sending an event until its balance was answered, under a steady load. */
  delays(): Promise<{ p50: number; p99: number }>;
  stop(): Promise<void>;
}

/**
 * The operator's backend reports CloudEvents of any organisation with one service key to the platform in one process, through
 * HTTP, gateway and NATS; each answer comes after its commit, so the last answer is the end.
 */
export async function httpIngestion(database: BenchDatabase, orgs: readonly string[]): Promise<HttpIngestion> {
  const { user, password, host, port, database: name } = database.admin;
  const platform = await startPlatform({
    env: {
      DATABASE_URL: `postgresql://${user}:${password}@${host}:${port}/${name}`,
      RATE_LIMIT_PER_MINUTE: '100000000',
      LOG_LEVEL: 'warn',
    },
  });
  const key = await serviceKey(platform);
  const client = new pg.Client(database.admin);
  await client.connect();
  await enrol(client, orgs);
  const send = sender(platform.url, key);
  await client.query(`set search_path = usage; select ensure_day_partitions('usage_events', ${LATE_DAYS + 1}, 3)`);
  return {
    round: async (count) => {
      const { events, distinct } = makeLoad(orgs, count, 1);
      await clear(client);
      const alone = await ceiling(database, 'usage', events);
      await clear(client);
      const bodies: string[] = [];
      for (let at = 0; at < events.length; at += EVENTS_A_REQUEST)
        bodies.push(bodyOf(events.slice(at, at + EVENTS_A_REQUEST)));
      const pids = [database.pid, platform.process.pid ?? 0];
      const used = pids.map((pid) => familyMs(pid));
      const began = performance.now();
      await Promise.all(
        Array.from({ length: LANES }, async () => {
          for (let body = bodies.shift(); body; body = bodies.shift()) await send(body);
        }),
      );
      const seconds = (performance.now() - began) / 1_000;
      const { rows } = await client.query<{ n: number }>('select sum(events)::int as n from usage.usage_hours');
      if (rows[0]?.n !== distinct) throw new Error(`${rows[0]?.n} were counted of ${distinct}.`);
      const cpu = pids.map((pid, at) => ((familyMs(pid) - (used[at] ?? 0)) * 1_000) / events.length);
      return { alone, ours: { rate: events.length / seconds, cpu } };
    },
    // The probes have a connection of their own, or they would wait for the load in our own queue.
    delays: () => delays(client, orgs, { load: send, probe: sender(platform.url, key) }),
    stop: async () => {
      await client.end();
      await platform.stop();
    },
  };
}

async function serviceKey(platform: Platform): Promise<string> {
  const anonymous = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body: session } = await anonymous.post<{ accessToken: string }>('/api/v1/sessions', login);
  const wanted = { name: 'bench', scopes: ['usage:write'] };
  const admin = anonymous.as(session.accessToken);
  return (await admin.post<{ key: string }>('/api/v1/operator/service-keys', wanted)).body.key;
}

/** As if each of them had signed up. */
async function enrol(client: pg.Client, orgs: readonly string[]): Promise<void> {
  await client.query("insert into usage.meters (meter, name) values ('calls', 'Calls') on conflict do nothing");
  const grant = { kind: 'metered', limit: null, ceiling: null, enforcement: 'hard', per: 'month' } as const;
  const snapshot = entitlementsOf({ orgId: orgs[0] ?? '', features: { calls: grant } });
  const shared = Object.values(snapshot.periods)[0];
  await client.query(
    `insert into usage.entitlement_snapshots (org_id, version, periods, snapshot)
     select id, 1, $2::json, $3::jsonb || jsonb_build_object('orgId', id) from unnest($1::uuid[]) id`,
    [orgs, JSON.stringify({ meters: {}, shared }), JSON.stringify(snapshot)],
  );
}

const clear = async (client: pg.Client): Promise<void> => {
  await client.query(`truncate ${TABLES.join(', ')}`);
  await client.query('checkpoint');
};

const bodyOf = (events: readonly UsageEvent[]): string =>
  JSON.stringify(
    events.map(({ id, source, meter, org, at, quantity }) => ({
      ...{ specversion: '1.0', id, source, type: meter, subject: org, time: at, data: { quantity } },
    })),
  );

type Send = (body: string) => Promise<void>;

/** By plain node:http, which costs the machine less than fetch does. */
function sender(url: string, key: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES + 2 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' };
  return (body) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}/api/v1/usage/events`, { method: 'POST', agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => {
          if (answer.statusCode === 202 && text.endsWith('"rejected":[]}')) resolve();
          else reject(new Error(`${answer.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

async function delays(client: pg.Client, orgs: readonly string[], { load, probe }: { load: Send; probe: Send }) {
  let ended = false;
  const pace = async () => {
    const running = new Set<Promise<void>>();
    while (!ended) {
      const one = load(bodyOf(makeLoad(orgs, PACE_EVENTS, 1).events)).finally(() => running.delete(one));
      running.add(one);
      if (running.size >= LANES) await Promise.race(running);
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
    await Promise.all(running);
  };
  const paced = pace();
  const org = newId();
  await enrol(client, [org]);
  const times: number[] = [];
  for (let sent = 1; sent <= PROBES; sent += 1) {
    const began = performance.now();
    await probe(bodyOf(makeLoad([org], 1, 1).events.slice(0, 1)));
    const { rows } = await client.query('select sum(used)::int as used from usage_balances where org_id = $1', [org]);
    if (rows[0]?.used !== sent) throw new Error('An answered event is not in the balance.');
    times.push(performance.now() - began);
  }
  ended = true;
  await paced;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
