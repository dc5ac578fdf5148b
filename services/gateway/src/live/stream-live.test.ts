import { request, type Server } from 'node:http';
import { promisify } from 'node:util';
import { HttpAdapterHost } from '@nestjs/core';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { roleOf } from '@tidegate/contracts/identity/members';
import { newId } from '@tidegate/database/ids';
import { listenersOf } from '@tidegate/runtime/listen';
import { until } from '@tidegate/testing/until';
import { openStream } from '../../test/event-stream.ts';
import { GatewayWorld } from '../../test/fixture.ts';

let world: GatewayWorld;
let url: string;
beforeAll(async () => {
  world = await GatewayWorld.start({ SSE_CONNECTIONS_PER_ORGANISATION: '5' });
  url = `${world.url}/api/v1/stream`;
});
afterAll(() => world.stop());

async function connections(): Promise<number> {
  const server = world.host.get(HttpAdapterHost).httpAdapter.getHttpServer() as Server;
  const counts = listenersOf(server).map((one) => promisify(one.getConnections.bind(one))());
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const names = (stream: { events: { event: string }[] }) => stream.events.map(({ event }) => event);

async function member(orgId = newId()) {
  const sessionId = world.accounts.newSession(orgId);
  const token = await world.accounts.accessToken(sessionId);
  return { orgId, sessionId, token, userId: world.accounts.sessions.get(sessionId)?.userId as string };
}

test('a stream starts with resync, then sends numbered messages', async () => {
  const { orgId, token } = await member();
  const stream = await openStream(`${url}?topics=bots&topics=servers`, bearer(token));
  await until(() => names(stream).includes('resync'));
  world.nc.publish(`live.${orgId}.bots`, '{"botId":"b"}');
  world.nc.publish(`live.${newId()}.bots`, '{"botId":"of somebody else"}');
  const sent = await until(() => stream.events.find(({ event }) => event === 'bots'));
  expect(names(stream)).toEqual(['ready', 'resync', 'bots']);
  // Whoever is cut before the resync has no number to go on after: it would miss the resync as well.
  expect(stream.events[0]?.id).toBeUndefined();
  expect(sent).toEqual({ event: 'bots', data: { botId: 'b' }, id: expect.stringMatching(/^\w{8}-\d+$/) });
  stream.close();
});

test('a stream that is cut and resumed loses no message and has none twice', async () => {
  const { orgId, token } = await member();
  const seen: unknown[] = [];
  let [last, sent, cuts] = ['', 0, 0];
  const say = () => {
    sent += 1;
    world.nc.publish(`live.${orgId}.bots`, JSON.stringify({ botId: `b${sent}` }));
  };
  // Messages go on while it is cut, once by the header, once by the address.
  for (; cuts < 6; cuts += 1) {
    const header: Record<string, string> = cuts % 2 === 0 && last ? { 'last-event-id': last } : {};
    const query = cuts % 2 === 1 ? `?lastEventId=${last}` : '';
    const stream = await openStream(url + query, { ...bearer(token), ...header });
    const started = () => names(stream).includes('ready') && (cuts > 0 || names(stream).includes('resync'));
    await until(started);
    expect(names(stream).includes('resync')).toBe(cuts === 0);
    for (let n = 0; n < 5; n += 1) say();
    const upTo = seen.length + 3;
    const got = () => stream.events.flatMap(({ event, data }) => (event === 'bots' ? [data] : []));
    await until(() => seen.length + got().length >= upTo);
    stream.close();
    seen.push(...got());
    last = stream.events.findLast(({ id }) => id !== undefined)?.id as string;
    for (let n = 0; n < 5; n += 1) say();
  }
  const rest = await openStream(`${url}?lastEventId=${last}`, bearer(token));
  const all = () => [...seen, ...rest.events.flatMap(({ event, data }) => (event === 'bots' ? [data] : []))];
  await until(() => all().length >= sent);
  expect(all()).toEqual(Array.from({ length: sent }, (_, at) => ({ botId: `b${at + 1}` })));
  rest.close();
});

test('a stream that says what this gateway does not know starts anew, and never with another organisation’s messages', async () => {
  const [here, elsewhere] = [await member(), await member()];
  const other = await openStream(url, bearer(elsewhere.token));
  await until(() => names(other).includes('resync'));
  world.nc.publish(`live.${elsewhere.orgId}.bots`, '{"botId":"theirs"}');
  const theirs = await until(() => other.events.find(({ event }) => event === 'bots'));
  const before = other.events.find(({ event }) => event === 'resync')?.id as string;
  expect(theirs.id).not.toBe(before);
  const stream = await openStream(`${url}?lastEventId=${before}`, bearer(here.token));
  await until(() => names(stream).includes('resync'));
  expect(names(stream)).toEqual(['ready', 'resync']);
  stream.close();
  other.close();
});

test('revocations of several members in one read end their streams and no others', async () => {
  const orgId = newId();
  const members = await Promise.all([member(orgId), member(orgId), member(orgId)]);
  const other = await member();
  const streams = await Promise.all(members.map(({ token }) => openStream(url, bearer(token))));
  const untouched = await openStream(url, bearer(other.token));
  await world.revoke(...members.map(({ userId }) => ({ kind: 'member' as const, id: `${orgId}:${userId}` })));
  await until(() => streams.every((stream) => stream.ended()));
  for (const stream of streams) expect(names(stream).at(-1)).toBe('revoked');
  expect(untouched.ended()).toBe(false);
  expect((await world.rest.get('/health/live')).status).toBe(200);
  untouched.close();
});

test('clients that leave during their admission do not take up slots', async () => {
  const { token } = await member();
  for (let round = 0; round < 30; round += 1) {
    await new Promise<void>((resolve) => {
      const key = world.accounts.newKey(newId(), ['bots:read']);
      const asked = request(url, { headers: bearer(round % 2 ? token : key), agent: false }, (response) =>
        response.resume(),
      );
      asked.on('error', () => {});
      asked.once('close', resolve);
      asked.end();
      setTimeout(() => asked.destroy(), 1);
    });
  }
  const streams = await Promise.all(
    Array.from({ length: 5 }, () =>
      until(async () => {
        const stream = await openStream(url, bearer(token));
        return stream.status === 200 && stream;
      }),
    ),
  );
  expect((await openStream(url, bearer(token))).status).toBe(429);
  for (const stream of streams) stream.close();
  await until(async () => {
    const again = await openStream(url, bearer(token));
    again.close();
    return again.status === 200;
  });
});

test('a client that does not read costs little, is cut, and does not affect others', async () => {
  const { orgId, token, sessionId } = await member();
  const before = await connections();
  const deaf = await openStream(url, bearer(token), { read: false });
  const reader = await openStream(url, bearer(token));
  const text = 'x'.repeat(30_000);
  const received = () => names(reader).filter((name) => name === 'bots').length;
  // Several megabytes, at the pace of the client that reads.
  await until(
    () => {
      world.nc.publish(`live.${orgId}.bots`, JSON.stringify({ botId: newId(), text }));
      return received() > 200;
    },
    { everyMs: 2 },
  );
  await world.revoke({ kind: 'session', id: sessionId });
  // The client that does not read has megabytes before it, and does not see its end.
  await until(async () => reader.ended() && (await connections()) <= before);
  deaf.close();
  expect((await world.rest.get('/health/live')).status).toBe(200);
});

test('a stream ends with its API key: at its end, and when it is revoked', async () => {
  const orgId = newId();
  const [short, revoked] = [
    world.accounts.newKey(orgId, ['bots:read'], new Date(Date.now() + 1_500).toISOString()),
    world.accounts.newKey(orgId, ['bots:read']),
  ];
  const [ending, other] = [await openStream(url, bearer(short)), await openStream(url, bearer(revoked))];
  expect(other.status).toBe(200);
  await until(() => ending.ended());
  expect(names(ending).at(-1)).toBe('expired');
  expect(other.ended()).toBe(false);
  await world.revoke({ kind: 'api_key', id: revoked.slice(3, 13) });
  await until(() => other.ended());
  expect(names(other).at(-1)).toBe('revoked');
  expect(world.neighbours.count(verifyKey)).toBeGreaterThan(0);
});

test('a script’s stream ends with its access token, a browser’s continues as long as its session', async () => {
  const { sessionId } = await member();
  const token = await world.accounts.accessToken(sessionId, { seconds: 2 });
  const script = await openStream(url, bearer(token));
  const browser = await openStream(url, { cookie: `__Host-tidegate-access=${token}` });
  expect(browser.status).toBe(200);
  await until(() => script.ended());
  expect(names(script).at(-1)).toBe('expired');
  expect(browser.ended()).toBe(false);
  await world.revoke({ kind: 'session', id: sessionId });
  await until(() => browser.ended());
});

test('a browser’s stream whose session is gone ends when it is verified again', async () => {
  const { sessionId } = await member();
  const token = await world.accounts.accessToken(sessionId, { seconds: 1 });
  world.accounts.sessions.delete(sessionId);
  const browser = await openStream(url, { cookie: `__Host-tidegate-access=${token}` });
  await until(() => browser.ended());
  expect(names(browser).at(-1)).toBe('expired');
});

test('a stream chooses its organisation', async () => {
  const here = await member();
  const elsewhere = newId();
  world.accounts.roles.set(`${elsewhere} ${here.userId}`, 'viewer');
  const stream = await openStream(`${url}?organisation=${elsewhere}`, bearer(here.token));
  await until(() => names(stream).includes('resync'));
  world.nc.publish(`live.${elsewhere}.bots`, '{}');
  await until(() => names(stream).includes('bots'));
  stream.close();
  expect((await openStream(`${url}?organisation=${newId()}`, bearer(here.token))).status).toBe(403);
});

test.each([
  ['topics=a&topics=b', 422],
  ['topics=__proto__', 422],
  ['topics=constructor', 422],
  ['topics[]=bots', 200],
  [`topics=${'x'.repeat(600)}`, 422],
  ['organisation=nobody', 422],
  ['organisation=a&organisation=b', 422],
])('?%s is answered %i', async (query, status) => {
  const { token } = await member();
  const stream = await openStream(`${url}?${query}`, bearer(token));
  expect(stream.status).toBe(status);
  stream.close();
});

test('without valid credentials there is no stream', async () => {
  expect((await openStream(url, {})).status).toBe(401);
  expect((await openStream(url, bearer('x.y.z'))).status).toBe(401);
});

test('a stream that is admitted while the process stops is told to reconnect', async () => {
  const here = await member();
  const open = await openStream(url, bearer(here.token));
  let [asked, letIn] = [false, () => {}];
  const gate = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  world.neighbours.on(roleOf, async () => {
    asked = true;
    await gate;
    return { role: 'viewer' as const, scopes: ['bots:read'], memberVersion: 1 };
  });
  const late = openStream(`${url}?organisation=${newId()}`, bearer(here.token));
  await until(() => asked);
  const stopped = world.stopGateway();
  await until(() => names(open).at(-1) === 'bye');
  letIn();
  expect((await late).status).toBe(503);
  await stopped;
  world.neighbours.reset();
  await world.startGateway();
});
