import { type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { nanos } from '@nats-io/nats-core';
import { EVENTS_STREAM } from '@tidegate/contracts/kernel/event';
import { USAGE_STREAM } from '@tidegate/contracts/usage/event';

export const STREAMS = [EVENTS_STREAM, USAGE_STREAM];

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
    { ...shared, name: EVENTS_STREAM, subjects: ['evt.>'], max_age: nanos(30 * DAY_MS), max_bytes: 2 * 1024 ** 3 },
    { ...shared, name: USAGE_STREAM, subjects: ['usage.>'], max_age: nanos(7 * DAY_MS), max_bytes: 4 * 1024 ** 3 },
  ];
}

/**
 * Creates missing streams and changes those that differ, with the platform's credentials; returns which it created. A
 * correct one is left alone: an update makes nats-server 2.9 forget when the stream was created. Old servers silently
 * ignore unknown settings, so the echoed configuration is compared.
 */
export async function ensureStreams(
  nc: NatsConnection,
  replicas = 1,
  { onlyMissing = false }: { onlyMissing?: boolean } = {},
): Promise<string[]> {
  const manager = await jetstreamManager(nc);
  const made: string[] = [];
  for (const wanted of streamConfigs(replicas)) {
    const found = await findConfig(manager, wanted.name as string);
    if (found && (onlyMissing || differing(found, wanted).length === 0)) continue;
    if (!found) made.push(wanted.name as string);
    const { config } = found
      ? await manager.streams.update(wanted.name as string, wanted)
      : await manager.streams.add(wanted as StreamConfig);
    const [key] = differing(config, wanted);
    if (key)
      throw new Error(
        `nats-server did not accept ${key} of stream ${wanted.name}. It is too old: 2.9 or newer is needed.`,
      );
  }
  return made;
}

async function findConfig(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    const { code, name: kind } = error as { code?: unknown; name?: string };
    if (kind === 'StreamNotFoundError' || code === 404) return undefined;
    throw error;
  }
}

const differing = (found: Partial<StreamConfig>, wanted: Partial<StreamConfig>): string[] =>
  Object.entries(wanted)
    .filter(([key, value]) => JSON.stringify(found[key as keyof StreamConfig]) !== JSON.stringify(value))
    .map(([key]) => key);
