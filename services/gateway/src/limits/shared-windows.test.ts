import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics, metricsText } from '@tidegate/telemetry/metrics';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../kernel/principal.ts';
import { RateLimits } from './rate-limits.ts';
import { SharedWindows } from './shared-windows.ts';

/* On a real server, Debian's redis-server or Valkey's, which need not be installed. */
const program = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
const withRedis = (name: string, work: () => Promise<void>) =>
  test(name, async () => {
    if (program) return work();
    process.stderr.write(
      'Neither redis-server nor valkey-server is installed: the test of shared limits is left out.\n',
    );
  });

async function startRedis(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const child = spawn(program as string, args, { stdio: 'ignore' });
  closing(async () => {
    child.kill('SIGKILL');
    await until(() => hasEnded(child));
  });
  return child;
}

const config = (redis: string | undefined, limit: number) => ({
  ...{ RATE_LIMIT_PER_MINUTE: limit, RATE_LIMIT_ANONYMOUS_PER_MINUTE: 10, RATE_LIMIT_SERVICE_KEY_PER_MINUTE: 10 },
  ...{ RATE_LIMIT_NETWORK_PER_MINUTE: 1_000, RATE_LIMIT_REDIS_URL: redis },
});

/** A gateway's limits. */
async function gateway(redis: string | undefined, limit = 10) {
  const metrics = new Metrics();
  const log = new Log({ service: 'gateway' });
  const shared = new SharedWindows(config(redis, limit) as never, { callerSecret: 'secret' } as never, log, metrics);
  await shared.onApplicationBootstrap();
  const end = () => shared.onApplicationShutdown();
  closing(end);
  const limits = new RateLimits(config(redis, limit) as never, metrics, shared);
  const sent: Record<string, string> = {};
  const reply = { header: (name: string, value: string) => (sent[name] = value) } as unknown as FastifyReply;
  return {
    /** False when it was refused. */
    ask(key: string): boolean {
      try {
        limits.takeCaller({ rateKey: key, caller: { kind: 'user' } } as Principal, '192.0.2.1', reply);
        return true;
      } catch {
        return false;
      }
    },
    end,
    left: (): number => Number(/r=(\d+)/.exec(sent['ratelimit'] ?? '')?.[1]),
  };
}

const failures = async (): Promise<number> =>
  Number(/^tidegate_rate_limit_redis_failures_total (\d+)/m.exec(await metricsText())?.[1] ?? 0);

withRedis(
  'gateways that share a Redis count together, each caller for itself, and it ends after a minute',
  async () => {
    const port = await freePort();
    await startRedis(port);
    const [one, other] = await Promise.all([
      gateway(`redis://127.0.0.1:${port}`),
      gateway(`redis://127.0.0.1:${port}`),
    ]);
    // Until it is connected each counts for itself; nothing of that is lost.
    for (let request = 0; request < 8; request += 1) expect(one.ask('ann')).toBe(true);
    expect(other.ask('ann')).toBe(true);
    await until(() => other.ask('ann') === false, { what: 'the other one to know what the first has counted' });
    await until(() => one.ask('ann') === false, { what: 'the first to know what the other has counted' });
    expect(other.ask('bob')).toBe(true);
    expect(other.left()).toBe(9);
  },
);

withRedis('a Redis that hangs, dies and comes back delays no request and closes nothing', async () => {
  const port = await freePort();
  let redis = await startRedis(port);
  const [one, other] = await Promise.all([gateway(`redis://127.0.0.1:${port}`), gateway(`redis://127.0.0.1:${port}`)]);
  const shares = async (key: string) => {
    for (let request = 0; request < 8; request += 1) one.ask(key);
    await until(() => !other.ask(key), { withinMs: 30_000, what: 'limits to be shared' });
  };
  await shares('before');

  redis.kill('SIGSTOP');
  const failed = await failures();
  for (const key of ['hung-1', 'hung-2'])
    for (let request = 0; request < 10; request += 1) expect(one.ask(key)).toBe(true);
  // What it counts itself still has a limit.
  expect(one.ask('hung-1')).toBe(false);
  expect(other.ask('hung-1')).toBe(true);
  await until(async () => (await failures()) > failed, { what: 'the failure to be counted' });
  redis.kill('SIGCONT');
  await shares('awake');

  redis.kill('SIGKILL');
  await until(() => hasEnded(redis));
  for (let request = 0; request < 10; request += 1) expect(other.ask('dead')).toBe(true);
  expect(other.ask('dead')).toBe(false);
  redis = await startRedis(port);
  await shares('again');
});

withRedis('what a Redis that hung is told again and again counts once when it goes on', async () => {
  const port = await freePort();
  const redis = await startRedis(port);
  const LIMIT = 10_000;
  const [one, other] = await Promise.all([
    gateway(`redis://127.0.0.1:${port}`, LIMIT),
    gateway(`redis://127.0.0.1:${port}`, LIMIT),
  ]);
  const sent = { one: 0, other: 0 };
  const ask = (which: 'one' | 'other', times: number) => {
    sent[which] += times;
    for (let request = 0; request < times; request += 1) expect((which === 'one' ? one : other).ask('ann')).toBe(true);
  };
  /** What the other gateway believes to have been sent elsewhere. */
  const elsewhere = () => LIMIT - other.left() - sent.other;
  const shares = async () => {
    await until(
      () => {
        ask('one', 1);
        ask('other', 1);
        return elsewhere() > 0;
      },
      { withinMs: 30_000, everyMs: 100, what: 'the other gateway to receive what the first counted' },
    );
  };
  await shares();

  redis.kill('SIGSTOP');
  for (let timeOut = 0; timeOut < 5; timeOut += 1) {
    ask('one', 500);
    const [failed, began] = [await failures(), performance.now()];
    await until(async () => (await failures()) > failed && performance.now() - began > 1_300);
  }
  redis.kill('SIGCONT');
  // Nobody is refused who sent half of what they may, and nobody is believed to have sent more than they did.
  await shares();
  expect(elsewhere()).toBeLessThanOrEqual(sent.one);
  await until(
    () => {
      ask('one', 1);
      ask('other', 1);
      return elsewhere() > sent.one / 2;
    },
    { withinMs: 30_000, everyMs: 100, what: 'what was counted meanwhile to be shared' },
  );
  expect(elsewhere()).toBeLessThanOrEqual(sent.one);
});

withRedis('what a gateway counted that is gone ends with its minute, and nothing stays behind', async () => {
  const port = await freePort();
  await startRedis(port);
  const url = `redis://127.0.0.1:${port}`;
  const [gone, other] = await Promise.all([gateway(url), gateway(url)]);
  for (let request = 0; request < 6; request += 1) gone.ask('ann');
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  client.on('error', () => {});
  closing(() => client.disconnect());
  const keys = await until(async () => {
    const found = await client.keys('*');
    return found.length > 0 && found;
  });
  gone.end();
  await until(() => other.ask('ann') === false, { what: 'what the one that is gone has counted to count' });
  const GONE = -2;
  for (const key of [...keys, ...(await client.keys('*'))]) {
    const left = await client.pttl(key);
    expect(left === GONE || (left > 0 && left <= 60_000)).toBe(true);
  }
});

test('a minute is one although the machine’s clock is set back meanwhile', async () => {
  const one = await gateway(undefined);
  for (let request = 0; request < 10; request += 1) expect(one.ask('ann')).toBe(true);
  expect(one.ask('ann')).toBe(false);
  const [date, passed] = [Date.now(), performance.now()];
  const clocks = [
    vi.spyOn(Date, 'now').mockReturnValue(date - 3_600_000),
    vi.spyOn(performance, 'now').mockReturnValue(passed + 61_000),
  ];
  const isOver = one.ask('ann');
  for (const clock of clocks) clock.mockRestore();
  expect(isOver).toBe(true);
});

test('without one a gateway counts for itself, and nothing is loaded or sent', async () => {
  const [one, other] = await Promise.all([gateway(undefined), gateway(undefined)]);
  for (let request = 0; request < 10; request += 1) expect(one.ask('ann')).toBe(true);
  expect(one.ask('ann')).toBe(false);
  expect(other.ask('ann')).toBe(true);
});

test('an address where nobody answers is no reason not to start, or to wait', async () => {
  const one = await gateway(`redis://127.0.0.1:${await freePort()}`);
  for (let request = 0; request < 10; request += 1) expect(one.ask('ann')).toBe(true);
  expect(one.ask('ann')).toBe(false);
});
