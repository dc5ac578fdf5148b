import '@tidegate/contracts/all';
import { randomBytes } from 'node:crypto';
import { apiKeyId, makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { creatorOf } from '@tidegate/contracts/identity/organisations';
import { revokeServiceKey, verifyServiceKey } from '@tidegate/contracts/identity/service-keys';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { operations } from '@tidegate/contracts/kernel/registry';
import { currentUsage, ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

let world: GatewayWorld;
let asked: Caller[];
beforeAll(async () => {
  world = await GatewayWorld.start({
    TRUST_PROXY: 'loopback',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '20',
    RATE_LIMIT_PER_MINUTE: '10',
    RATE_LIMIT_SERVICE_KEY_PER_MINUTE: '1000',
  });
});
beforeEach(() => {
  asked = [];
  world.neighbours.reset();
  world.neighbours.on(currentUsage, (_input, caller) => {
    asked.push(caller);
    return answerOf(currentUsage);
  });
});
afterAll(() => world.stop());

const usage = (key: string, orgId?: string, headers: Record<string, string> = {}) =>
  world.rest.as(key).send('GET', '/api/v1/usage/current', undefined, {
    ...headers,
    ...(orgId ? { 'tidegate-organisation': orgId } : {}),
  });

test('it acts in the organisation that each request names, at no cost to it, within a limit of its own', async () => {
  const key = world.accounts.newServiceKey(['usage:read']);
  const [one, other] = [newId(), newId()];
  world.quota.limit = 0;
  const before = world.neighbours.count(creatorOf);
  for (let count = 0; count < 8; count += 1) {
    expect((await usage(key, one)).status).toBe(200);
    expect((await usage(key, other.toUpperCase())).status).toBe(200);
  }
  world.quota.limit = null;
  expect(new Set(asked.map(({ orgId }) => orgId))).toEqual(new Set([one, other]));
  expect(asked[0]).toMatchObject({ kind: 'service_key', keyId: apiKeyId(key), scopes: ['usage:read'] });
  expect(world.neighbours.count(creatorOf) - before).toBe(2);
});

test('without an organisation it is told to name one; an unknown or deleted one is refused', async () => {
  const key = world.accounts.newServiceKey(['usage:read']);
  const none = await usage(key);
  expect([none.status, none.body['errors']]).toMatchObject([422, [{ field: '/Tidegate-Organisation' }]]);
  const [unknown, living] = [newId(), newId()];
  world.accounts.deleted.add(unknown);
  expect((await usage(key, unknown)).status).toBe(403);
  expect((await usage(key, living)).status).toBe(200);
  await world.revoke({ kind: 'organisation', id: living });
  await until(async () => (await usage(key, living)).status === 403);
});

test('it reaches nothing but its scopes: no other operation, no account, no operator, no stream', async () => {
  const key = world.accounts.newServiceKey(['usage:read']);
  const rest = world.rest.as(key);
  const others = operations().filter(({ http, scope }) => http && !['public', 'usage:read'].includes(scope));
  expect(others.length).toBeGreaterThan(100);
  for (const { http, name } of others) {
    const [method, path] = http as [string, string];
    const answer = await rest.send(method, path.replaceAll(/\{[^}]+\}/g, 'x'), undefined, {
      'tidegate-organisation': newId(),
    });
    expect([name, answer.status, answer.body['code']]).toEqual([name, 403, 'forbidden']);
  }
  const stream = await rest.send('GET', `/api/v1/stream?organisation=${newId()}`);
  expect(stream.status).toBe(403);
});

test('a flood of made-up service keys costs a few look-ups, and a revoked one stops at once', async () => {
  const [from, flood] = [{ 'x-forwarded-for': '203.0.113.7' }, { 'x-forwarded-for': '203.0.113.8' }];
  const before = world.neighbours.count(verifyServiceKey);
  const made = Array.from({ length: 60 }, () => makeApiKey(randomBytes, 'tgs').key);
  const answers = await Promise.all(made.map((one) => usage(one, newId(), flood)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
  expect(world.neighbours.count(verifyServiceKey) - before).toBeLessThanOrEqual(20);

  const key = world.accounts.newServiceKey(['usage:read']);
  const orgId = newId();
  expect((await usage(key, orgId, from)).status).toBe(200);
  world.neighbours.on(revokeServiceKey, ({ keyId }) => {
    setTimeout(() => void world.revoke({ kind: 'service_key', id: keyId }), 20);
    return {};
  });
  const operator = world.rest.as(world.accounts.newKey(newId(), ['operator']));
  expect((await operator.send('DELETE', `/api/v1/operator/service-keys/${apiKeyId(key)}`)).status).toBe(204);
  expect((await usage(key, orgId, from)).status).toBe(401);
});

test('CloudEvents are taken as they are: one, several, and one in headers; each may name its organisation', async () => {
  const given: unknown[] = [];
  world.neighbours.on(ingestUsage, ({ events }, { orgId }) => {
    given.push({ orgId, events });
    return { accepted: events.length, duplicates: 0, rejected: [] };
  });
  const rest = world.rest.as(world.accounts.newServiceKey(['usage:write']));
  const event = { specversion: '1.0', id: 'a', source: 'shop', type: 'reports', subject: newId() };
  const send = (body: unknown, headers: Record<string, string>) =>
    rest.send('POST', '/api/v1/usage/events', body, headers);
  const one = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  const batch = { 'content-type': 'application/cloudevents-batch+json' };
  const orgId = newId();
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': 'Euro%20%E2%82%AC',
    'ce-source': '"s\\"q"',
    'ce-type': 'reports',
  };
  const json = { 'content-type': 'application/json', 'tidegate-organisation': orgId };
  expect((await send(event, one)).status).toBe(202);
  expect((await send([event, { ...event, specversion: '0.3' }, 7], batch)).body).toMatchObject({ accepted: 3 });
  expect((await send({ quantity: 2 }, { ...json, ...attributes })).status).toBe(202);
  expect(given).toEqual([
    { orgId: undefined, events: [event] },
    { orgId: undefined, events: [event, { ...event, specversion: '0.3' }, 7] },
    {
      orgId,
      events: [
        {
          ...{ specversion: '1.0', id: 'Euro €', source: 's"q', type: 'reports' },
          ...{ datacontenttype: 'application/json', data: { quantity: 2 } },
        },
      ],
    },
  ]);
  expect((await send(event, batch)).body).toMatchObject({ code: 'malformed_body' });
  expect((await send([event], one)).body).toMatchObject({ code: 'malformed_body' });
  expect(
    (
      await send(
        Array.from({ length: 1_001 }, () => event),
        batch,
      )
    ).status,
  ).toBe(422);
  expect((await rest.send('POST', '/api/v1/usage/leases', event, { ...json, ...one })).status).toBe(415);
});
