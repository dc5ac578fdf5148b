import { once } from 'node:events';
import { connectDatabase, type DatabaseSettings } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { connectNats } from '@tidegate/messaging/nats';
import { Outbox } from '@tidegate/messaging/outbox';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { IngestCheckpoint } from '@tidegate/usage/ingestion/checkpoint';
import { IngestUsageStream } from '@tidegate/usage/ingestion/ingest-usage.loop';
import { UsageWriter } from '@tidegate/usage/ingestion/usage-writer';
import { JetStreamUsage } from '@tidegate/usage/jetstream-usage';
import { WatchedUsage } from '@tidegate/usage/kernel/watched-usage';

/*
 * The ingestion of bench `ingest` in a process of its own, as it is in life: it begins with one word and ends with the
 * next; `exit` ends the process.
 */
const { natsUrl, login } = JSON.parse(process.argv[2] ?? '{}') as { natsUrl: string; login: DatabaseSettings };
const dataSource = await connectDatabase({ ...login, poolSize: 8 });
const nc = await connectNats({ servers: [natsUrl], user: 'bench', password: '' }, 'bench');
const tenants = new TenantDatabase(dataSource);
const log = new Log();
const writer = new UsageWriter(tenants, new Outbox('usage', () => {}), new WatchedUsage({ live: () => {} } as never));
const checkpoint = new IngestCheckpoint(tenants, new JetStreamUsage(nc), log, new Metrics(), new Wakes('usage', nc));
const stream = new IngestUsageStream(writer, checkpoint, log, new JetStreamUsage(nc), new Metrics());

process.once('disconnect', () => process.exit());

for (;;) {
  const abort = new AbortController();
  process.send?.('ready');
  const [word] = await once(process, 'message');
  if (word === 'exit') process.exit(0);
  process.once('message', () => abort.abort());
  await stream.turn({ signal: abort.signal });
}
