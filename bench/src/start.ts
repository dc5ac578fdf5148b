import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@tidegate/testing/platform';
import type { Result } from './main.ts';

/** From the command to ready: the first start on an empty data folder, then warm ones, servers stopped in between. */
export async function start(): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-start-'));
  const times: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const began = performance.now();
    const platform = await startPlatform({ dataDir });
    times.push((performance.now() - began) / 1_000);
    await platform.stop();
  }
  rmSync(dataDir, { recursive: true, force: true });
  const [first = 0, ...warm] = times;
  const best = warm.sort((a, b) => a - b)[1] ?? 0;
  process.stdout.write(
    `first start ${first.toFixed(2)} s\nwarm start  ${best.toFixed(2)} s (median of ${warm.length})\n`,
  );
  return {
    name: 'start',
    value: Number(best.toFixed(2)),
    unit: 's',
    ratio: Number((best / first).toFixed(2)),
    against: 'the first start',
  };
}
