import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { isAlive, stopProcess, waitFor } from '@tidegate/runtime/embedded/processes';
import { dataDirOf, readPorts } from './embedded.ts';
import { readRun, VERSION } from './start.ts';

interface Readiness {
  status: string;
  services: { name: string; ready: boolean; reason?: string }[];
}

export interface Status {
  version: string;
  running: boolean;
  ready: boolean;
  pid: number | null;
  dataDir: string;
  ports: { gateway: number | null; postgres: number | null; nats: number | null };
  services: Readiness['services'];
  processes: { role: string; pid: number }[];
}

export async function readStatus(): Promise<Status> {
  const dataDir = dataDirOf(process.env);
  const run = readRun(dataDir);
  const ports = readPorts(dataDir);
  const health = run ? await readiness(run.port) : undefined;
  return {
    version: run?.version ?? VERSION,
    running: run !== undefined,
    ready: health?.status === 'ready',
    pid: run?.pid ?? null,
    dataDir,
    ports: { gateway: run?.port ?? null, postgres: ports.postgres ?? null, nats: ports.nats ?? null },
    services: health?.services ?? [],
    processes: run?.children ?? [],
  };
}

async function readiness(port: number): Promise<Readiness | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(3_000) });
    return (await answer.json()) as Readiness;
  } catch {
    return undefined;
  }
}

export async function status({ json }: { json: boolean }): Promise<void> {
  const state = await readStatus();
  if (json) process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
  else {
    const lines = [
      `Tidegate ${state.version} ${state.ready ? 'is ready' : state.running ? 'is not ready' : 'is stopped'}`,
      `  data      ${state.dataDir}`,
      `  ports     gateway ${state.ports.gateway ?? '-'}, postgres ${state.ports.postgres ?? '-'}, nats ${state.ports.nats ?? '-'}`,
      ...state.services.map((service) => `  ${service.name.padEnd(14)} ${service.ready ? 'ready' : service.reason}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (!state.ready) process.exitCode = 1;
}

/** Stops the app in order, as Ctrl-C does; and servers that a killed app left behind. */
export async function stop(): Promise<void> {
  const dataDir = dataDirOf(process.env);
  const run = readRun(dataDir);
  if (run) {
    process.kill(run.pid, 'SIGTERM');
    if (!(await waitFor(() => !isAlive(run.pid), 45_000)))
      throw new Error(`Process ${run.pid} did not stop within 45 s.`);
  }
  const nats = join(dataDir, 'nats', 'server.json');
  if (existsSync(nats)) await stopProcess((JSON.parse(readFileSync(nats, 'utf8')) as { pid: number }).pid, 'SIGTERM');
  await (await findPostgres(join(dataDir, 'postgres')))?.stop();
  process.stdout.write('Stopped\n');
}
