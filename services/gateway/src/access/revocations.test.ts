import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { newId } from '@tidegate/database/ids';
import { EventTail } from '@tidegate/messaging/event-tail';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { watchOf } from '@tidegate/messaging/nats-watch';
import { type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS } from '@tidegate/runtime/secrets-file';
import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { Revocations } from './revocations.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-revocations-'));
const logins = Object.fromEntries(BUS_MEMBERS.map((user) => [user, { user, password: 'x' }]));
const authorization = natsAuthorization(logins as never);
let nats: RunningNats;
let platform: NatsConnection;
const ends: (() => Promise<void>)[] = [];

const connect = (user: string) => connectNats({ servers: [nats.url], user, password: 'x' }, 'test');
beforeAll(async () => {
  nats = await startNats({ dir, authorization });
  platform = await connect('platform');
  await ensureStreams(platform);
});
afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await platform.close();
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** As a gateway connects, with a gateway's rights. */
async function follower() {
  const nc = await connect('gateway');
  const revocations = new Revocations(new EventTail(nc), new Log());
  await revocations.onApplicationBootstrap();
  const abort = new AbortController();
  const following = (async () => {
    while (!abort.signal.aborted) await revocations.follow({ signal: abort.signal });
  })();
  ends.push(async () => {
    abort.abort();
    await following;
    await nc.close();
  });
  return { nc, revocations };
}

/** Published as identity's relay does. */
async function logOut(session: string): Promise<void> {
  const at = new Date().toISOString();
  const envelope = {
    specversion: '1.0',
    id: newId(),
    source: '/tidegate/identity',
    type: accessRevoked.type,
    time: at,
    subject: session,
    sequence: 1,
    orgid: null,
    datacontenttype: 'application/json',
    data: { kind: 'session', id: session, at },
  };
  await jetstream(platform, { checkAPI: false }).publish(accessRevoked.subject, JSON.stringify(envelope));
}
const refused = (revocations: Revocations, session: string) =>
  revocations.isRevoked({
    caller: { kind: 'user', userId: 'somebody', sessionId: session, scopes: [] },
    issuedAt: Date.now(),
  } as unknown as Parameters<Revocations['isRevoked']>[0]);

test('what was revoked before a gateway started and while it runs is refused; each is reported once', async () => {
  for (let index = 0; index < 5; index += 1) await jetstream(platform).publish('evt.identity.other.v1', '{}');
  const [before, after] = [newId(), newId()];
  await logOut(before);
  await jetstream(platform).publish(accessRevoked.subject, 'not an envelope');
  const { revocations, nc } = await follower();
  expect(refused(revocations, before)).toBe(true);
  const reported: string[] = [];
  revocations.onRevoked((key) => reported.push(key));
  await logOut(after);
  await until(() => refused(revocations, after));
  await logOut(newId());
  await until(() => reported.length === 2);
  expect(refused(revocations, newId())).toBe(false);
  expect(watchOf(nc).trouble()).toBeUndefined();
});

test('a recreated stream hides no revocation', async () => {
  const { revocations } = await follower();
  for (let index = 0; index < 3; index += 1) await logOut(newId());
  await (await jetstreamManager(platform)).streams.delete('EVENTS');
  await ensureStreams(platform);
  const session = newId();
  await logOut(session);
  await until(() => refused(revocations, session));
  const late = await follower();
  expect(refused(late.revocations, session)).toBe(true);
});

test('after nats-server was killed, revocations in the meantime are read; until then the gateway is not ready', async () => {
  const { revocations, nc } = await follower();
  process.kill(nats.pid, 'SIGKILL');
  await until(() => watchOf(nc).trouble() !== undefined);
  nats = await startNats({ dir, port: nats.port, authorization });
  // Whether the gateway has reconnected or not, it learns of it either way.
  const session = newId();
  await until(() => logOut(session).then(() => true));
  await until(() => refused(revocations, session));
  await until(() => watchOf(nc).trouble() === undefined);
});
