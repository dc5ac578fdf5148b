import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { nanos } from '@nats-io/nats-core';

const DAY_MS = 86_400_000;

/** Streams of the base feature set of nats-server 2.9. `replicas` is 3 on a cluster. */
export function streamConfigs(replicas: number): Partial<StreamConfig>[] {
  const shared = {
    retention: 'limits',
    storage: 'file',
    discard: 'old',
    num_replicas: replicas,
    duplicate_window: nanos(120_000),
  } as const;
  return [
    { ...shared, name: 'EVENTS', subjects: ['evt.>'], max_age: nanos(30 * DAY_MS), max_bytes: 2 * 1024 ** 3 },
    { ...shared, name: 'USAGE', subjects: ['usage.>'], max_age: nanos(7 * DAY_MS), max_bytes: 4 * 1024 ** 3 },
  ];
}

/**
 * Creates or updates the streams, with the platform's credentials. Old servers ignore what they do not know without
 * a word, so the echoed configuration is compared.
 */
export async function ensureStreams(nc: NatsConnection, replicas = 1): Promise<void> {
  const manager = await jetstreamManager(nc);
  for (const wanted of streamConfigs(replicas)) {
    const name = wanted.name as string;
    const found = await manager.streams.info(name).catch((error: { code?: unknown; name?: string }) => {
      if (error.name === 'StreamNotFoundError' || error.code === 404) return undefined;
      throw error;
    });
    const { config } = found
      ? await manager.streams.update(name, wanted)
      : await manager.streams.add(wanted as StreamConfig);
    for (const [key, value] of Object.entries(wanted)) {
      if (JSON.stringify(config[key as keyof StreamConfig]) !== JSON.stringify(value)) {
        throw new Error(`nats-server did not take ${key} of stream ${name}. It is too old: 2.9 is the least.`);
      }
    }
  }
}
