import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import type { Result } from './main.ts';

const LIMIT = 1_000;
const AT_ONCE = 200;
const ROUNDS = 3;

/**
 * A hard quota of API calls under fire: two hundred callers at once ask until well past its end, on the whole platform.
 * What was answered must be the quota to the call, what usage counted must be what was answered, and nothing may stay
 * reserved. The figure is the number of calls too many or too few, over all rounds; anything but 0 is a defect.
 */
export async function quotaEdge(): Promise<Result> {
  const platform = await startPlatform({
    env: { RATE_LIMIT_PER_MINUTE: '100000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000', LOG_LEVEL: 'error' },
  });
  let off = 0;
  try {
    const admin = await logIn(platform);
    limitFree(platform);
    await until(async () => {
      const { body } = await admin.get<{ items: { key: string; features: Record<string, { limit?: number }> }[] }>(
        '/api/v1/billing/plans',
      );
      return body.items.some(({ features }) => features['api_calls']?.limit === LIMIT);
    });
    process.stdout.write('round  answered  refused  counted  reserved  quota\n');
    for (let round = 1; round <= ROUNDS; round += 1) off += await attack(platform, round);
  } finally {
    await platform.stop();
  }
  return {
    name: 'quota-edge',
    value: off,
    unit: 'calls beyond or below the quota',
    ratio: 1,
    against: 'the quota itself',
  };
}

async function attack(platform: Platform, round: number): Promise<number> {
  const { person, key } = await newCustomer(platform, round);
  let [answered, refused] = [0, 0];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let call = 0; call < (2 * LIMIT) / AT_ONCE; call += 1) {
        const { status } = await key.get('/api/v1/markets');
        if (status === 200) answered += 1;
        else if (status === 429) refused += 1;
        else throw new Error(`GET /api/v1/markets answered ${status}.`);
      }
    }),
  );
  const meter = await until(
    async () => {
      const { body } = await person.get<{ items: Meter[] }>('/api/v1/usage/current');
      const found = body.items.find((one) => one.meter === 'api_calls');
      return found && found.used === answered && found.reserved === 0 && found;
    },
    { withinMs: 30_000, what: `usage to say ${answered}` },
  );
  const row = [round, answered, refused, meter.used, meter.reserved, LIMIT];
  process.stdout.write(`${row.map((one) => String(one).padStart(6)).join('   ')}\n`);
  return Math.abs(answered - LIMIT) + Math.abs(meter.used - answered);
}

interface Meter {
  meter: string;
  used: number;
  reserved: number;
}

async function logIn(platform: Platform): Promise<Rest> {
  const anonymous = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body } = await anonymous.post<{ accessToken: string }>('/api/v1/sessions', login);
  return anonymous.as(body.accessToken);
}

async function newCustomer(platform: Platform, round: number): Promise<{ person: Rest; key: Rest }> {
  const anonymous = new Rest(platform.url);
  const account = { email: `edge${round}@example.com`, password: 'correct horse battery', name: 'Edge' };
  const { body } = await anonymous.post<{ accessToken: string }>('/api/v1/accounts', account);
  const person = anonymous.as(body.accessToken);
  const made = await person.post<{ key: string }>('/api/v1/api-keys', { name: 'edge', scopes: ['bots:read'] });
  return { person, key: anonymous.as(made.body.key) };
}

/** As an operator does it: the catalogue with another limit, put in force. */
function limitFree(platform: Platform): void {
  const catalogue = readFileSync('libs/testing/plans.yaml', 'utf8').replace(
    'api_calls: { limit: 10_000,',
    `api_calls: { limit: ${LIMIT},`,
  );
  const file = join(platform.dataDir, 'plans.yaml');
  writeFileSync(file, catalogue);
  const env = { ...process.env, DATA_DIR: platform.dataDir, PORT: new URL(platform.url).port };
  execFileSync(process.execPath, ['cli/dist/main.js', 'plans', 'apply', file], { env, stdio: 'ignore' });
}
