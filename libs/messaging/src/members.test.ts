import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { operation } from '@tidegate/contracts/kernel/operation';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS } from '@tidegate/runtime/secrets-file';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { closing } from '@tidegate/testing/closing';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import { z } from 'zod';
import { Bus } from './bus.ts';
import { CallerTokens } from './caller-token.ts';
import { Members } from './members.ts';
import { connectNats } from './nats.ts';
import { OperationServer } from './operation-server.ts';

const ofBilling = operation({
  service: 'billing',
  scope: 'service',
  name: 'members.alone',
  summary: 'Writes',
  input: z.strictObject({ n: z.int() }),
  output: z.any(),
});
const dir = mkdtempSync(join(tmpdir(), 'tidegate-nats-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const users = Object.fromEntries(BUS_MEMBERS.map((user) => [user, { user, password: 'x' }]));
const tokens = new CallerTokens('s'.repeat(32));
const asItIs = (_: unknown, value: unknown) => value;
const sealer = { sealInput: asItIs, openInput: asItIs, sealOutput: asItIs, openOutput: asItIs } as never;
const parts = { tokens, sealer, log: new Log(), metrics: new Metrics() };

test('what a replica was sent by a connection that had died is sent again once it is back', async () => {
  const nats = await startNats({ dir, authorization: natsAuthorization(users as never) });
  closing(() => nats.stop());
  const proxy = await droppingProxy(nats.port);
  const asking = await connectNats({ servers: [nats.url], user: 'gateway', password: 'x' }, 'asking');
  const bus = new Bus({ service: 'gateway', nc: asking, tokens, sealer });
  const alone = await connectNats(
    { servers: [`nats://127.0.0.1:${proxy.port}`], user: 'billing', password: 'x' },
    'alone',
  );
  const { promise: parked, resolve: release } = Promise.withResolvers<number>();
  let calls = 0;
  const answer = () => {
    calls += 1;
    return parked;
  };
  const own = new OperationServer(
    { ...parts, runner: { run: () => answer() } as never, nc: alone, service: 'billing' },
    [{ operation: ofBilling, run: async () => undefined }],
  );
  own.start();
  await alone.flush();
  const call = () =>
    bus.call(ofBilling, { n: 1 }, { deadlineMs: patient(15_000), idempotencyKey: crypto.randomUUID() });
  const slow = call();
  await until(() => calls === 2, { what: 'The one member is known' });
  release(1);
  await slow;
  proxy.drop();
  const lost = call();
  await setTimeout(500);
  proxy.bury();
  expect(await lost).toBe(1);
  bus.close();
  await own.stop();
  await Promise.all([alone.close(), asking.close(), proxy.close()]);
});

test('members behind a slow link, or that come back a moment later, are found', async () => {
  let asked = 0;
  const members = new Members((_, answered) => {
    asked += 1;
    const timer = globalThis.setTimeout(() => asked > 1 && answered('a'), 700);
    return () => clearTimeout(timer);
  });
  await members.suspect('identity');
  expect(members.next('identity')).toBe('a');
  expect(members.isThere('identity', 'a')).toBe(true);
  members.evict('identity', 'a');
  expect(members.next('identity')).toBeUndefined();
});
