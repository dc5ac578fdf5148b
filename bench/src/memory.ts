import { readFileSync } from 'node:fs';
import { startPlatform } from '@tidegate/testing/platform';
import type { Result } from './main.ts';
import { processesOf } from './platform-processes.ts';

const IDLE_MS = 30_000;

/** Proportional set size in MB: what a process really costs, shared pages counted once. */
const pss = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
};

async function measure(services: boolean): Promise<{ app: number; postgres: number; nats: number }> {
  const platform = await startPlatform({ services });
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { app, postgres, nats } = processesOf(platform);
  const sum = (pids: number[]) => pids.reduce((total, pid) => total + pss(pid), 0);
  const result = { app: sum(app), postgres: sum(postgres), nats: sum(nats) };
  await platform.stop();
  return result;
}

/** Idle memory of both layouts, half a minute after the start. */
export async function memory(): Promise<Result> {
  const [one, many] = [await measure(false), await measure(true)];
  const total = (layout: typeof one) => layout.app + layout.postgres + layout.nats;
  process.stdout.write('layout              app   postgres  nats   sum   (PSS in MB)\n');
  for (const [name, layout] of [
    ['one process', one],
    ['process per service', many],
  ] as const) {
    const cells = [layout.app, layout.postgres, layout.nats, total(layout)].map((value) =>
      value.toFixed(0).padStart(7),
    );
    process.stdout.write(`${name.padEnd(20)}${cells.join('')}\n`);
  }
  return {
    name: 'memory',
    value: Math.round(total(one)),
    unit: 'MB',
    ratio: Number((total(one) / total(many)).toFixed(2)),
    against: 'a process per service',
  };
}
