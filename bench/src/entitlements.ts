import { spawn } from 'node:child_process';
import { judge } from '@tidegate/contracts/usage/check';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { adminPassword, Rest, startPlatform } from '@tidegate/testing/platform';
import type { Result } from './main.ts';

const CALLS = 2_000_000;
const LANES = 4;
const SECONDS = 5;

/**
 * Checks of features that are not metered: in a process, from the snapshot that it has stored; and over REST, from request to
 * answer with a person's session, beside a bare route that answers the same bytes, with four connections each.
 */
export async function entitlements(): Promise<Result> {
  const nanoseconds = inProcess();
  const platform = await startPlatform({ env: { RATE_LIMIT_PER_MINUTE: '100000000', LOG_LEVEL: 'warn' } });
  const anonymous = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body } = await anonymous.post<{ accessToken: string }>('/api/v1/sessions', login);
  const check = (feature: string) => ({
    url: `${platform.url}/api/v1/entitlements/check`,
    headers: { authorization: `Bearer ${body.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ feature }),
  });
  const answer = await ask(check('backtests'));
  const bare = spawn(process.execPath, ['--input-type=module', '-e', BARE, answer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) =>
    bare.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  process.stdout.write(`in process: ${nanoseconds.toFixed(0)} ns\n                 answers/s  p50 ms  p99 ms\n`);
  const rows = [
    ['bare route', await measure({ ...check('backtests'), url })],
    ['not metered', await measure(check('backtests'))],
    ['metered', await measure(check('api_calls'))],
  ] as const;
  for (const [name, { rate, p50, p99 }] of rows) {
    process.stdout.write(
      `${name.padEnd(17)}${rate.toFixed(0).padEnd(11)}${p50.toFixed(2).padEnd(8)}${p99.toFixed(2)}\n`,
    );
  }
  bare.kill();
  await platform.stop();
  const [plain, checked] = [rows[0][1], rows[1][1]];
  return {
    name: 'entitlements',
    value: Math.round(nanoseconds),
    unit: 'ns a check in process',
    ratio: Number((plain.p99 / checked.p99).toFixed(3)),
    against: 'p99 of a bare Fastify route, over REST',
  };
}

function inProcess(): number {
  const features = {
    reports: { kind: 'level', level: 'basic' },
    webhooks: { kind: 'boolean', value: true },
    servers: { kind: 'counted', limit: 20 },
    days: { kind: 'static', value: 30 },
  } as const;
  const snapshot = entitlementsOf({ orgId: newId(), features });
  const names = Object.keys(features);
  const run = (calls: number) => {
    let allowed = 0;
    for (let call = 0; call < calls; call += 1) {
      const ask = { feature: names[call % names.length] ?? '', quantity: 1, used: call & 31 };
      if (judge(snapshot, ask).allowed) allowed += 1;
    }
    return allowed;
  };
  run(CALLS / 10);
  const began = performance.now();
  if (run(CALLS) === 0) throw new Error('Something is allowed.');
  return ((performance.now() - began) * 1e6) / CALLS;
}

interface Asked {
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function ask({ url, headers, body }: Asked): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

async function measure(asked: Asked): Promise<{ rate: number; p50: number; p99: number }> {
  for (let warm = 0; warm < 500; warm += 1) await ask(asked);
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (performance.now() - began < SECONDS * 1_000) {
        const from = performance.now();
        await ask(asked);
        times.push(performance.now() - from);
      }
    }),
  );
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { rate: times.length / SECONDS, p50: at(0.5), p99: at(0.99) };
}

const BARE = `import Fastify from 'fastify';
const body = JSON.parse(process.argv[1]);
const app = Fastify();
app.post('/', () => body);
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));`;
