import type { Platform, Rest } from '@tidegate/testing/platform';
import { processesOf } from './platform-processes.ts';
import { allThreadsMs, endedChildrenMs } from './process-cpu.ts';
import { BUSIEST, SELDOM, YEAR_DAYS } from './statement-year.ts';

const TIMES = 20;
const DAY_MS = 86_400_000;

/**
 * Reads of a year as pages ask for them, by REST; answers the time of the slowest of them, at p95. Logs in for each: on a busy
 * machine all of them take longer than a token lasts.
 */
export async function yearReads(platform: Platform, logIn: () => Promise<Rest>, serverId: string): Promise<number> {
  const range = `from=${new Date(Date.now() - YEAR_DAYS * DAY_MS).toISOString()}&to=${new Date().toISOString()}`;
  const server = `/api/v1/servers/${serverId}`;
  const reads = [
    `${server}/overview?${range}`,
    `${server}/series?${range}`,
    `${server}/series?${range}&compare=previous`,
    `${server}/moments?${range}`,
    `${server}/statements?${range}&limit=50`,
    `${server}/statements?${range}&limit=50&spark=true&facets=true&compare=previous`,
    `${server}/statements/${BUSIEST}?${range}`,
    `${server}/statements/${BUSIEST}/series?${range}`,
    `${server}/statements/${SELDOM}/series?${range}`,
    `${server}/databases?${range}`,
    `${server}/tables?${range}`,
    `${server}/indexes?${range}`,
    `${server}/table?${range}&database=shop&schema=public&table=table_7`,
    `${server}/waits?${range}`,
    `/api/v1/usage/history?meter=api_calls&granularity=day&${range}`,
  ];
  process.stdout.write(
    'read of a year                                                      fastest   median      p95   CPU of all\n',
  );
  let slowest = 0;
  for (const path of reads) {
    const times: number[] = [];
    const admin = await logIn();
    const warm = await admin.get(path);
    if (warm.status !== 200) throw new Error(`${path}: ${JSON.stringify(warm.body)}`);
    const before = cpuOf(platform);
    for (let turn = 0; turn < TIMES; turn += 1) {
      const began = performance.now();
      const { status } = await admin.get(path);
      if (status !== 200) throw new Error(`${path}: ${status}`);
      times.push(performance.now() - began);
    }
    const cpu = (cpuOf(platform) - before) / TIMES;
    times.sort((a, b) => a - b);
    const cells = [times[0], times[TIMES / 2], times[Math.floor(TIMES * 0.95)], cpu];
    const name = path.replace(/^\/api\/v1\/(servers\/[^/]+\/)?/, '').replace(/(from|to)=[^&]+&?/g, '');
    process.stdout.write(
      `${name.padEnd(66)} ${cells.map((one) => `${(one ?? 0).toFixed(1)} ms`.padStart(9)).join('')}\n`,
    );
    slowest = Math.max(slowest, times[Math.floor(TIMES * 0.95)] ?? 0);
  }
  return slowest;
}

/** All that the platform’s processes have used so far. */
function cpuOf(platform: Platform): number {
  const { app, postgres, nats } = processesOf(platform);
  return [...app, ...postgres, ...nats].reduce((sum, pid) => {
    try {
      return sum + allThreadsMs(pid) + endedChildrenMs(pid);
    } catch {
      // It has ended since.
      return sum;
    }
  }, 0);
}
