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

const config = (redis: string | undefined) => ({
  ...{ RATE_LIMIT_PER_MINUTE: 10, RATE_LIMIT_ANONYMOUS_PER_MINUTE: 10, RATE_LIMIT_SERVICE_KEY_PER_MINUTE: 10 },
  ...{ RATE_LIMIT_NETWORK_PER_MINUTE: 1_000, RATE_LIMIT_REDIS_URL: redis },
});

/** A gateway's limits. */
async function gateway(redis: string | undefined) {
  const metrics = new Metrics();
  const log = new Log({ service: 'gateway' });
  const shared = new SharedWindows(config(redis) as never, { callerSecret: 'secret' } as never, log, metrics);
  await shared.onApplicationBootstrap();
  closing(() => shared.onApplicationShutdown());
  const limits = new RateLimits(config(redis) as never, metrics, shared);
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
