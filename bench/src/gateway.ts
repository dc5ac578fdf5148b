import { spawn } from 'node:child_process';
import { adminPassword, Rest, startPlatform } from '@tidegate/testing/platform';
import autocannon from 'autocannon';
import type { Result } from './main.ts';
import { median } from './servers.ts';

const CONNECTIONS = 50;
const SECONDS = 6;
const ROUNDS = 3;

const load = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return result.requests.average;
};

/**
 * GET /api/v1/markets: authentication, scope, limits, metering, NATS to the service, validation, answer; against a
 * bare Fastify route that answers the same bytes from a process of its own. All on the same machine and in one run.
 */
export async function gateway(): Promise<Result> {
  const platform = await startPlatform({ env: { RATE_LIMIT_PER_MINUTE: '100000000', LOG_LEVEL: 'warn' } });
  const anonymous = new Rest(platform.url);
  const login = await anonymous.post<{ accessToken: string; organisation: { id: string } }>('/api/v1/sessions', {
    email: 'admin@localhost',
    password: adminPassword(platform),
  });
  const admin = anonymous.as(login.body.accessToken);
  const subscription = await admin.send(
    'PUT',
    `/api/v1/operator/organisations/${login.body.organisation.id}/subscription`,
    { plan: 'business' },
  );
  if (subscription.status !== 200) throw new Error(JSON.stringify(subscription.body));
  const body = (await admin.get('/api/v1/markets')).body;
  const bare = spawn(process.execPath, ['--input-type=module', '-e', BARE, JSON.stringify(body)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const bareUrl = await new Promise<string>((resolve) =>
    bare.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  // A customer's program: its calls are metered, a person's are not.
  const made = await admin.post<{ key: string }>('/api/v1/api-keys', { name: 'bench', scopes: ['bots:read'] });
  const authorization = `Bearer ${made.body.key}`;
  const pairs: [number, number][] = [];
  await load(`${platform.url}/api/v1/markets`, { authorization });
  for (let round = 0; round < ROUNDS; round += 1) {
    pairs.push([await load(bareUrl), await load(`${platform.url}/api/v1/markets`, { authorization })]);
  }
  bare.kill();
  await platform.stop();
  process.stdout.write('round  bare/s  gateway/s  ratio\n');
  for (const [index, [a, b]] of pairs.entries())
    process.stdout.write(`${index + 1}      ${a.toFixed(0)}   ${b.toFixed(0)}   ${(b / a).toFixed(3)}\n`);
  const ratio = median(pairs.map(([a, b]) => b / a));
  return {
    name: 'gateway',
    value: Math.round(median(pairs.map(([, b]) => b))),
    unit: 'requests/s',
    ratio: Number(ratio.toFixed(3)),
    against: 'a bare Fastify route with the same answer',
  };
}

const BARE = `import Fastify from 'fastify';
const body = JSON.parse(process.argv[1]);
const app = Fastify();
app.get('/', () => body);
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));`;
