import { setTimeout as sleep } from 'node:timers/promises';
import { Rest } from '@tidegate/testing/platform';

/** An organisation whose people and programs are simulated. */
export interface Tenant {
  email: string;
  password: string;
  orgId: string;
  token: string;
  key: string;
  botId: string;
  settings: object;
}

const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 2, size: '100', deviationPercent: '0.5' },
  takeProfit: { percent: '0.8' },
};
const FEED = { from: '2026-09-30T00:00:00Z' };
/** Passwords are hashed slowly on purpose. */
const AT_ONCE = 4;
/** A busy machine answers late. */
const MOST_TRIES = 10;

export async function makeTenants(url: string, count: number): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  const numbers = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let number = numbers.shift(); number !== undefined; number = numbers.shift())
        tenants.push(await makeOne(url, number));
    }),
  );
  return tenants;
}

/** Tried again where an answer was late. */
async function makeOne(url: string, number: number): Promise<Tenant> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await makeTenant(url, `t${number}-${tries}`);
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await sleep(1_000);
    }
  }
}

async function makeTenant(url: string, name: string): Promise<Tenant> {
  const anonymous = new Rest(url);
  const made = async <T>(rest: Rest, path: string, body: object): Promise<T> => {
    const answer = await rest.post<T>(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const login = { email: `${name}@example.com`, password: 'correct horse battery' };
  const account = { ...login, name };
  const session = await made<{ accessToken: string; organisation: { id: string } }>(
    anonymous,
    '/api/v1/accounts',
    account,
  );
  const rest = anonymous.as(session.accessToken);
  const scopes = ['usage:write', 'usage:read'];
  const { key } = await made<{ key: string }>(rest, '/api/v1/api-keys', { name: 'shop', scopes });
  const bot = { name: 'first', settings: SETTINGS, feed: FEED };
  const { id } = await made<{ id: string }>(rest, '/api/v1/bots', bot);
  await rest.post(`/api/v1/bots/${id}/start`);
  return {
    ...login,
    ...{ orgId: session.organisation.id, token: session.accessToken, key, botId: id },
    settings: SETTINGS,
  };
}
