import { backtest } from './backtest.ts';
import { gateway } from './gateway.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';
import { monitorRead } from './monitor-read.ts';
import { monitorStorage } from './monitor-storage.ts';
import { outbox } from './outbox.ts';
import { planner } from './planner.ts';
import { start } from './start.ts';
import { tenantRead } from './tenant-read.ts';

export interface Result {
  name: string;
  value: number;
  unit: string;
  /** Of what it is compared with in the same run; 1 when there is nothing to compare with. */
  ratio: number;
  against: string;
}

const BENCHES: Record<string, () => Promise<Result>> = {
  backtest,
  gateway,
  ingest,
  memory,
  'monitor-read': monitorRead,
  'monitor-storage': monitorStorage,
  outbox,
  planner,
  start,
  'tenant-read': tenantRead,
};

const [name] = process.argv.slice(2);
const bench = name ? BENCHES[name] : undefined;
if (!bench) {
  process.stdout.write(`Benches: ${Object.keys(BENCHES).join(', ')}\nRun one: npm run -s bench -- NAME\n`);
  process.exit(name ? 1 : 0);
}
process.stdout.write(`${JSON.stringify(await bench())}\n`);
process.exit(0);
