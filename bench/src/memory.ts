import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startPlatform } from '@tidegate/testing/platform';
import type { Result } from './main.ts';
import { processesOf } from './platform-processes.ts';
import { familyMs } from './process-cpu.ts';

const IDLE_MS = 30_000;
const LAST_MS = 10_000;
/** Percent of a core. A machine that others load is that calm much later: its start goes on after it is ready. */
const CALM = 4;
const MOST_MS = 300_000;

/** Proportional set size in MB: what a process really costs, shared pages counted once. */
const pss = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
};

interface Layout {
  app: number;
  postgres: number;
  nats: number;
  /** Percent of a core in the last seconds before it was measured: what is busy has not given back what it needs for that. */
  busy: number;
}

/** Waits until it idles. Answers how much it still did. */
async function calm(pid: number): Promise<number> {
  await pause(IDLE_MS - LAST_MS);
  for (let waited = IDLE_MS; ; waited += LAST_MS) {
    const before = familyMs(pid);
    await pause(LAST_MS);
    const busy = (100 * (familyMs(pid) - before)) / LAST_MS;
    if (busy < CALM || waited >= MOST_MS) return busy;
  }
}

async function measure(services: boolean): Promise<Layout> {
  const platform = await startPlatform({ services });
  const busy = await calm(platform.process.pid as number);
  const { app, postgres, nats } = processesOf(platform);
  const sum = (pids: number[]) => pids.reduce((total, pid) => total + pss(pid), 0);
  const result = { app: sum(app), postgres: sum(postgres), nats: sum(nats), busy };
  await platform.stop();
  return result;
}

/**
 * Memory of both layouts half a minute after their first start, or later once they idle, when nobody has used them. `busy`
 * says whether they did: above a few percent the machine was too slow for that, and the figure is one of a start.
 */
export async function memory(): Promise<Result> {
  const [one, many] = [await measure(false), await measure(true)];
  const total = (layout: typeof one) => layout.app + layout.postgres + layout.nats;
  process.stdout.write('layout              app   postgres  nats   sum   busy   (PSS in MB, % of a core)\n');
  for (const [name, layout] of [
    ['one process', one],
    ['process per service', many],
  ] as const) {
    const cells = [layout.app, layout.postgres, layout.nats, total(layout), layout.busy].map((value) =>
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
