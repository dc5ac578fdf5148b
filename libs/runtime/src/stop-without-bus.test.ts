import 'reflect-metadata';
import type { NatsConnection } from '@nats-io/nats-core';
import { startTestNats } from '@tidegate/testing/nats';
import { until } from '@tidegate/testing/until';
import { CurrentSecrets } from './current-secrets.ts';
import { Health } from './health.ts';
import { NATS, ServiceHost } from './host.ts';
import { defineService } from './service.ts';
import type { Settings } from './settings.ts';

class Nothing {}

test('a service stops in order while the bus is away', async () => {
  const nats = await startTestNats();
  const login = { user: 'notifier', password: '' };
  const settings = {
    nats: { servers: [nats.url], users: { notifier: login } },
    sealing: { notifier: { publicKey: '', privateKey: '' } },
    callerSecret: 'x',
    secrets: new CurrentSecrets({}, '/nonexistent'),
  } as unknown as Settings;
  const host = new ServiceHost(defineService({ name: 'notifier', module: Nothing }), settings);
  const health = new Health(['notifier']);
  await host.start(undefined, health);
  const nc = host.get(NATS as never) as unknown as NatsConnection;
  await nats.stop();
  await until(async () => (await health.answer('/health/ready', () => false))?.status === 503);
  await host.stopWork();
  await host.close();
  expect(nc.isClosed()).toBe(true);
});
