import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { Log } from '@tidegate/telemetry/log';
import { startTestNats } from '@tidegate/testing/nats';
import { until } from '@tidegate/testing/until';
import { CurrentSecrets } from './current-secrets.ts';
import { keepStreams } from './keep-streams.ts';
import type { Settings } from './settings.ts';

test('streams that are missing at the start, or vanish while the platform runs, are recreated', async () => {
  const nats = await startTestNats();
  const login = { user: 'platform', password: '' };
  const settings = {
    nats: { servers: [nats.url], users: { platform: login }, replicas: 1 },
    secrets: new CurrentSecrets({}, '/nonexistent'),
  } as unknown as Settings;
  const nc = await connectNats({ servers: [nats.url], ...login }, 'test');
  const { streams } = await jetstreamManager(nc);
  const stop = await keepStreams(settings, new Log());
  try {
    await until(() => streams.info('USAGE').then(() => streams.info('EVENTS')));
    await streams.delete('EVENTS');
    const { config } = await until(() => streams.info('EVENTS'));
    expect(config.subjects).toEqual(['evt.>']);
  } finally {
    await stop();
    await nc.close();
    await nats.stop();
  }
});
