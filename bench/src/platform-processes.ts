import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '@tidegate/testing/platform';

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

/** A process and all that descend from it. */
export function family(root: number): number[] {
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

/** Process ids of a running platform: our own, PostgreSQL's and nats-server's. */
export function processesOf(platform: Platform): { app: number[]; postgres: number[]; nats: number[] } {
  const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8')) as {
    ports: { postgres: number };
  };
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const postmaster = all.find((pid) => commandLine(pid).includes(`port=${ports.postgres}`));
  const natsServer = all.find((pid) => commandLine(pid).includes(join(platform.dataDir, 'nats')));
  if (!postmaster || !natsServer) throw new Error('PostgreSQL or nats-server of the platform is not found in /proc.');
  const [postgres, nats] = [family(Number(postmaster)), [Number(natsServer)]];
  // The servers were started by the app and are its children until it is started again.
  const app = family(platform.process.pid as number).filter((pid) => ![...postgres, ...nats].includes(pid));
  return { app, postgres, nats };
}
