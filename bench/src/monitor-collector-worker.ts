import { connectDatabase, type DatabaseSettings } from '@tidegate/database/data-source';
import { CollectServers } from '@tidegate/monitor-agent/collector/collect-servers.loop';
import { startLoops } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { openMonitorStore } from './monitor-store.ts';

/* The collector of bench `monitor-collector` in a process of its own. It answers every message with the CPU time it has used. */
export interface Used {
  /** User and system time, in microseconds. */
  cpuUs: number;
  rssBytes: number;
  heapBytes: number;
}

const { login, config } = JSON.parse(process.argv[2] ?? '{}') as {
  login: DatabaseSettings;
  config: Record<string, string>;
};
const store = await openMonitorStore(await connectDatabase({ ...login, poolSize: 8 }), config);
startLoops(new CollectServers(store.tools, store.config, { on: () => {}, wake: () => {} } as never), new Log());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed } satisfies Used);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
