import { jetstreamManager } from '@nats-io/jetstream';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';
import type { StreamManifest } from '../kernel/manifest.ts';

/* JetStream's own snapshots, with the consumers. https://docs.nats.io/running-a-nats-service/nats_admin/jetstream_admin/disaster_recovery */

const CHUNK_BYTES = 128 * 1024;
const ANSWER_MS = 30_000;

interface ApiError {
  error?: { code: number; description: string };
}

/** Of those in memory there is nothing to store: they end with their server. */
export async function listStreams(nc: NatsConnection): Promise<string[]> {
  const names: string[] = [];
  const manager = await jetstreamManager(nc);
  for await (const { config } of manager.streams.list()) if (config.storage !== 'memory') names.push(config.name);
  return names.sort();
}

export async function snapshotStream(
  nc: NatsConnection,
  name: string,
): Promise<{ manifest: StreamManifest; content: AsyncIterable<Uint8Array> }> {
  const inbox = createInbox();
  const chunks = nc.subscribe(inbox);
  const { config, state } = await ask<{ config: Record<string, unknown>; state: StreamManifest['state'] }>(
    nc,
    `$JS.API.STREAM.SNAPSHOT.${name}`,
    { deliver_subject: inbox, chunk_size: CHUNK_BYTES, no_consumers: false, jsck: true },
  ).catch((error: unknown) => {
    chunks.unsubscribe();
    throw error;
  });
  const { messages, bytes, first_seq, last_seq, consumer_count } = state;
  const manifest = { name, config, state: { messages, bytes, first_seq, last_seq, consumer_count } };
  return { manifest, content: read(chunks) };

  async function* read(subscription: typeof chunks): AsyncGenerator<Uint8Array> {
    // A server that has gone says nothing: whoever waits for a chunk is told.
    let late = watch();
    try {
      for await (const message of subscription) {
        clearTimeout(late);
        if (message.data.length === 0) {
          const status = message.headers?.code ?? 0;
          if (status >= 400) throw new Error(`The snapshot of ${name} failed: ${message.headers?.description}.`);
          return;
        }
        yield message.data;
        message.respond();
        late = watch();
      }
      throw new Error(`nats-server did not finish the snapshot of ${name}.`);
    } finally {
      clearTimeout(late);
      subscription.unsubscribe();
    }
    function watch(): NodeJS.Timeout {
      return setTimeout(() => subscription.unsubscribe(), ANSWER_MS);
    }
  }
}

/** The stream as it was, its numbers and consumers included. There must be none of its name. */
export async function restoreStream(
  nc: NatsConnection,
  manifest: StreamManifest,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name, config, state } = manifest;
  const { deliver_subject } = await ask<{ deliver_subject: string }>(nc, `$JS.API.STREAM.RESTORE.${name}`, {
    config,
    state,
  });
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
      await nc.request(deliver_subject, chunk.subarray(at, at + CHUNK_BYTES), { timeout: ANSWER_MS });
    }
  }
  const answer = await nc.request(deliver_subject, '', { timeout: 4 * ANSWER_MS });
  const { error } = answer.json<ApiError>();
  if (error) throw new Error(`The stream ${name} was not restored: ${error.description}.`);
}

async function ask<T>(nc: NatsConnection, subject: string, input: unknown): Promise<T> {
  const answer = (await nc.request(subject, JSON.stringify(input), { timeout: ANSWER_MS })).json<T & ApiError>();
  if (answer.error) throw new Error(`${subject}: ${answer.error.description}.`);
  return answer;
}
