import { backtest } from './backtest.ts';
import { bundle } from './bundle.ts';
import { chaos } from './chaos.ts';
import { drill } from './drill.ts';
import { entitlements } from './entitlements.ts';
import { gateway } from './gateway.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { image } from './image.ts';
import { ingest } from './ingest.ts';
import { leases } from './leases.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { monitorCollector } from './monitor-collector.ts';
import { monitorImpact } from './monitor-impact.ts';
import { monitorRead } from './monitor-read.ts';
import { monitorServer } from './monitor-server.ts';
import { monitorStorage } from './monitor-storage.ts';
import { outbox } from './outbox.ts';
import { pages } from './pages.ts';
import { planner } from './planner.ts';
import { quota } from './quota.ts';
import { quotaEdge } from './quota-edge.ts';
import { rolling } from './rolling.ts';
import { scrub } from './scrub.ts';
import { start } from './start.ts';
import { sweep } from './sweep.ts';
import { tenantRead } from './tenant-read.ts';
import { webhooks } from './webhooks.ts';

export interface Result {
  name: string;
  value: number;
  unit: string;
  /** Of what it is compared with in the same run; 1 when there is nothing to compare with. */
  ratio: number;
  against: string;
}

const BENCHES: Record<string, (options: string[]) => Promise<Result>> = {
  backtest,
  bundle,
  chaos,
  drill,
  entitlements,
  gateway,
  growth,
  history,
  idle,
  image,
  ingest,
  leases,
  load,
  memory,
  'monitor-collector': monitorCollector,
  'monitor-impact': monitorImpact,
  'monitor-server': monitorServer,
  'monitor-read': monitorRead,
  'monitor-storage': monitorStorage,
  outbox,
  pages,
  planner,
  quota,
  'quota-edge': quotaEdge,
  rolling,
  scrub,
  start,
  sweep,
  'tenant-read': tenantRead,
  webhooks,
};

const [name, ...options] = process.argv.slice(2);
const bench = name ? BENCHES[name] : undefined;
if (!bench) {
  process.stdout.write(`Benches: ${Object.keys(BENCHES).join(', ')}\nRun one: npm run -s bench -- NAME [OPTIONS]\n`);
  process.exit(name ? 1 : 0);
}
process.stdout.write(`${JSON.stringify(await bench(options))}\n`);
process.exit(0);
