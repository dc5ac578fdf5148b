import { statfs } from 'node:fs/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { STREAMS } from '@tidegate/messaging/jetstream';
import { keptReading } from '@tidegate/telemetry/kept-reading';
import { endAll, Metrics } from '@tidegate/telemetry/metrics';

/** The metrics of one scrape are asked within this. */
const SCRAPE_MS = 1_000;

/** Of the streams, of which an installation has one set: by the one process that keeps them. Returns how to end it. */
export function measureStreams(nc: NatsConnection): () => void {
  const metrics = new Metrics();
  const infos = keptReading(async () => {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    return Promise.all(STREAMS.map((name) => manager.streams.info(name)));
  }, SCRAPE_MS);
  const read = (value: (info: StreamInfo) => number) => async () => {
    return (await infos()).map((info) => ({ labels: { stream: info.config.name }, value: value(info) }));
  };
  const ends = [
    metrics.watchedEach(
      'tidegate_stream_bytes',
      'Size of a stream',
      ['stream'],
      read((info) => info.state.bytes),
    ),
    metrics.watchedEach(
      'tidegate_stream_limit_bytes',
      'Size beyond which a stream drops its oldest messages',
      ['stream'],
      read((info) => info.config.max_bytes),
    ),
    metrics.watchedEach(
      'tidegate_stream_messages',
      'Messages in a stream',
      ['stream'],
      read((info) => info.state.messages),
    ),
  ];
  return endAll(ends);
}

type StreamInfo = Awaited<ReturnType<Awaited<ReturnType<typeof jetstreamManager>>['streams']['info']>>;

/** Of the disk that has the folder: where embedded servers keep everything. Returns how to end it. */
export function measureDisk(folder: string): () => void {
  const metrics = new Metrics();
  const ends = [
    metrics.watched('tidegate_disk_free_bytes', 'Free space where DATA_DIR is', {}, async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    }),
    metrics.watched('tidegate_disk_bytes', 'Size of the disk where DATA_DIR is', {}, async () => {
      const { blocks, bsize } = await statfs(folder);
      return blocks * bsize;
    }),
  ];
  return endAll(ends);
}
