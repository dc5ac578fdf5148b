import { listBots } from '@tidegate/contracts/bot-executor/bot-lists';
import { createBot, getBot } from '@tidegate/contracts/bot-executor/bots';
import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { createApiKey } from '@tidegate/contracts/identity/api-keys';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { operations } from '@tidegate/contracts/kernel/registry';
import { newId } from '@tidegate/database/ids';
import { hasSecrets } from '@tidegate/messaging/secrets';
import type { Rest } from '@tidegate/testing/platform';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';
import { mayBeCompressed } from '../kernel/compress-answers.ts';

let world: GatewayWorld;
let rest: Rest;
const bot = answerOf(getBot);
const [listed] = answerOf(listBots).items as [Output<typeof listBots>['items'][number]];
beforeAll(async () => {
  world = await GatewayWorld.start();
  rest = await world.as(world.accounts.newSession());
  world.neighbours.on(listMarkets, () => ({ items: [] }));
  world.neighbours.on(createBot, () => bot);
});
afterAll(() => world.stop());

const coded = async (to: string, headers: Record<string, string> = {}) => {
  const {
    status,
    headers: sent,
    body,
  } = await rest.send('GET', to, undefined, { 'accept-encoding': 'br, gzip', ...headers });
  return { status, coding: sent.get('content-encoding'), tag: sent.get('etag'), vary: sent.get('vary'), body };
};

test('a long answer is compressed as the caller can read it, with the same tag, and is the same', async () => {
  world.neighbours.on(listBots, () => ({ items: [listed, listed, listed], counts: null }));
  const [br, gzip, plain] = [
    await coded('/api/v1/bots'),
    await coded('/api/v1/bots', { 'accept-encoding': 'gzip' }),
    await coded('/api/v1/bots', { 'accept-encoding': 'identity' }),
  ];
  expect([br.coding, gzip.coding, plain.coding]).toEqual(['br', 'gzip', null]);
  for (const one of [br, gzip]) expect(one).toMatchObject({ tag: plain.tag, body: plain.body, vary: plain.vary });
  expect(plain.vary).toBe('accept-encoding');
  expect((await coded('/api/v1/bots', { 'if-none-match': br.tag as string })).status).toBe(304);
  world.neighbours.on(listBots, () => ({ items: [listed], counts: null }));
  expect((await coded('/openapi.json')).coding).toBe('br');
});

test('what another page made a browser ask for is not, nor what is short, a refusal, or an answer to a write', async () => {
  world.neighbours.on(listBots, () => ({ items: [listed, listed, listed], counts: null }));
  for (const site of ['cross-site', 'same-site', 'none']) {
    expect((await coded('/api/v1/bots', { 'sec-fetch-site': site })).coding).toBeNull();
  }
  expect((await coded('/api/v1/bots', { 'sec-fetch-site': 'same-origin' })).coding).toBe('br');
  world.neighbours.on(listBots, () => ({ items: [listed], counts: null }));
  expect((await coded('/api/v1/markets')).coding).toBeNull();
  expect((await coded(`/api/v1/bots/${newId()}?${'x'.repeat(2_000)}=1`)).coding).toBeNull();
  const name = 'b'.repeat(90);
  const made = await rest.send('POST', '/api/v1/bots', { name, settings: bot.settings }, { 'accept-encoding': 'br' });
  expect(made.headers.get('content-encoding')).toBeNull();
});

test('no answer with a secret in it may be', () => {
  const reads = operations().filter(({ http }) => http?.[0] === 'GET');
  expect(reads.filter(({ output }) => hasSecrets(output)).filter(mayBeCompressed)).toEqual([]);
  expect(mayBeCompressed(listBots)).toBe(true);
  expect(mayBeCompressed({ ...listBots, output: createApiKey.output } as never)).toBe(false);
});

test('every answer says what time it is here', async () => {
  const { headers } = await rest.get('/api/v1/markets');
  expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000);
});
