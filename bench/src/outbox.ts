import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { event } from '@tidegate/contracts/kernel/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { Outbox } from '@tidegate/messaging/outbox';
import { Relay } from '@tidegate/messaging/relay';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { z } from 'zod';
import type { Result } from './main.ts';
import { benchDatabase, rate } from './servers.ts';

const MS = 8_000;
const benchEvent = event({
  service: 'billing',
  name: 'bench.happened.v1',
  summary: 'Something happened in the bench',
  data: z.object({ id: z.string() }),
  aggregate: (data) => data.id,
});

/** State row and event in one transaction, relayed to JetStream, against the state row alone; 16 writers each. */
export async function outbox(): Promise<Result> {
  const database = await benchDatabase();
  const nats = await startNats({ dir: join(database.folder, 'nats') });
  const nc = await connectNats({ servers: [nats.url], user: 'bench', password: '' }, 'bench');
  await ensureStreams(nc);
  const tenants = new TenantDatabase(database.dataSource);
  const relay = new Relay({
    service: 'billing',
    tenants,
    nc,
    log: new Log(),
  });
  const box = new Outbox('billing', () => relay.wake());
  const insert = 'insert into inbox (consumer, aggregate, sequence) values ($1, $2, 1)';
  const alone = await rate(16, MS / 2, () => tenants.as({}, (tx) => tx.query(insert, ['state', newId()])));
  relay.start();
  const began = performance.now();
  await rate(16, MS, () =>
    tenants.as({}, async (tx) => {
      const id = newId();
      await tx.query(insert, ['state', id]);
      await box.emit(tx, benchEvent, { id });
    }),
  );
  await relay.stop();
  const seconds = (performance.now() - began) / 1_000;
  const { state } = await (await jetstreamManager(nc)).streams.info('EVENTS');
  const published = state.messages / seconds;
  await nc.close();
  await nats.stop();
  await database.stop();
  process.stdout.write(
    `state row alone          ${alone.toFixed(0)} tx/s\nwith event, published    ${published.toFixed(0)} tx/s (${state.messages} events, outbox empty)\n`,
  );
  return {
    name: 'outbox',
    value: Math.round(published),
    unit: 'events/s',
    ratio: Number((published / alone).toFixed(2)),
    against: 'the state row alone',
  };
}
