import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPlatform } from '@tidegate/testing/platform';
import type { Result } from './main.ts';

const IDLE_MS = 30_000;

/** Proportional set size in MB: what a process really costs, shared pages counted once. */
const pss = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
};

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

function family(root: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parent = new Map(all.map((pid) => [Number(pid), Number(/^PPid:\s+(\d+)/m.exec(statusOf(pid))?.[1] ?? 0)]));
  const found = [root];
  for (let index = 0; index < found.length; index += 1) {
    for (const [pid, above] of parent) if (above === found[index]) found.push(pid);
  }
  return found;
}

const statusOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
};

async function measure(services: boolean): Promise<{ app: number; postgres: number; nats: number }> {
  const platform = await startPlatform({ services });
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8')) as {
    ports: { postgres: number };
  };
  const sum = (pids: number[]) => pids.reduce((total, pid) => total + pss(pid), 0);
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const postmaster = all.find((pid) => commandLine(pid).includes(`port=${ports.postgres}`));
  const natsServer = all.find((pid) => commandLine(pid).includes(join(platform.dataDir, 'nats')));
  if (!postmaster || !natsServer) throw new Error('PostgreSQL or nats-server of the platform is not found in /proc.');
  const [postgres, nats] = [family(Number(postmaster)), [Number(natsServer)]];
  // The servers were started by the app and are its children until it is started again.
  const app = family(platform.process.pid as number).filter((pid) => ![...postgres, ...nats].includes(pid));
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
