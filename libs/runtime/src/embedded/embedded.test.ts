import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { findNats, startNats } from './nats-server.ts';
import { findPostgres, startPostgres } from './postgres.ts';
import { isAlive, waitFor } from './processes.ts';
import { homeOf, unprivilegedIdentity } from './unprivileged.ts';

const folders: string[] = [];
const started: { stop(): Promise<void> }[] = [];
const track = <T extends { stop(): Promise<void> }>(server: T): T => {
  started.push(server);
  return server;
};

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tidegate-embedded-'));
  folders.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  for (const one of folders.splice(0)) {
    rmSync(one, { recursive: true, force: true });
  }
});

async function ask<T>(url: string, sql: string): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0] as T;
  } finally {
    await client.end();
  }
}

/** Holds a port as another program would. */
function occupy(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('PostgreSQL', () => {
  test('starts with a password, on loopback only, with pg_stat_statements', async () => {
    const server = track(await startPostgres({ dir: folder(), password: 'a "quoted" password' }));
    expect(server.adopted).toBe(false);
    await ask(server.url, 'create extension pg_stat_statements');
    expect(await ask(server.url, 'select count(*) > 0 as counted from pg_stat_statements')).toEqual({ counted: true });
    const wrong = server.url.replace(encodeURIComponent(server.password), 'wrong');
    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await ask(server.url, "select current_setting('listen_addresses') as address")).toEqual({
      address: '127.0.0.1',
    });
  });

  test('is adopted while it runs and restarted after it was killed, with its data', async () => {
    const dir = folder();
    const first = await startPostgres({ dir, password: 'secret' });
    await ask(first.url, 'create table kept as select 42 as answer');
    const second = track(await startPostgres({ dir, password: 'secret' }));
    expect(second).toMatchObject({ adopted: true, pid: first.pid, port: first.port });
    process.kill(first.pid, 'SIGKILL');
    await waitFor(() => !isAlive(first.pid), 5_000);
    expect(await findPostgres(dir)).toBeUndefined();
    const third = track(await startPostgres({ dir, password: 'secret', port: first.port }));
    expect(third.adopted).toBe(false);
    expect(await ask(third.url, 'select answer from kept')).toEqual({ answer: 42 });
  });

  test('stops, leaves no process, and takes another port when its own has been taken', async () => {
    const dir = folder();
    const first = await startPostgres({ dir, password: 'secret' });
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const other = await occupy(first.port);
    try {
      const second = track(await startPostgres({ dir, password: 'secret', port: first.port }));
      expect(second.port).not.toBe(first.port);
    } finally {
      other.close();
    }
  });

  test('starts over where an interrupted initdb left half a cluster', async () => {
    const dir = folder();
    mkdirSync(join(homeOf(dir, unprivilegedIdentity()), 'data'));
    writeFileSync(join(dir, 'data', 'half'), '');
    const server = track(await startPostgres({ dir }));
    expect(await ask(server.url, 'select 1 as one')).toEqual({ one: 1 });
  });

  test('says the end of its log when it cannot start', async () => {
    await expect(startPostgres({ dir: folder(), settings: { shared_buffers: '1' } })).rejects.toThrow(
      /PostgreSQL did not start[\s\S]*shared_buffers/,
    );
  });
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('PostgreSQL started by root', () => {
  test('runs as another user, who owns the cluster', async () => {
    const dir = folder();
    const server = track(await startPostgres({ dir }));
    expect(statSync(`/proc/${server.pid}`).uid).toBe(unprivilegedIdentity()?.uid);
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
  });

  test('lives in a data folder that nobody else may look into', async () => {
    const dataDir = join(folder(), 'data');
    mkdirSync(dataDir, { mode: 0o700 });
    chmodSync(join(dataDir, '..'), 0o755);
    await startPostgres({ dir: join(dataDir, 'postgres') }).then(track);
    expect(existsSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'))).toBe(true);
    expect(statSync(dataDir)).toMatchObject({ uid: 0, gid: unprivilegedIdentity()?.gid });
    expect(statSync(dataDir).mode & 0o777).toBe(0o710);
  });

  test('below a folder that only root may enter it is stored elsewhere, and found there again', async () => {
    const outer = folder();
    const [parent, moved] = [join(outer, 'data'), join(outer, 'moved')];
    const first = await startPostgres({ dir: join(parent, 'postgres'), password: 'secret' });
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const note = readFileSync(join(parent, 'postgres', 'elsewhere.json'), 'utf8');
    const { place } = JSON.parse(note) as { place: string };
    try {
      renameSync(parent, moved);
      const again = track(await startPostgres({ dir: join(moved, 'postgres'), password: 'secret' }));
      expect(await ask(again.url, 'select answer from kept')).toEqual({ answer: 42 });
      // The note says where it was written: of two copies only the first may continue.
      cpSync(moved, parent, { recursive: true });
      await expect(startPostgres({ dir: join(moved, 'postgres') })).rejects.toThrow('is a copy of');
    } finally {
      await Promise.all(started.splice(0).map((server) => server.stop()));
      rmSync(place, { recursive: true, force: true });
    }
  });
});

describe('nats-server', () => {
  test('starts with JetStream; is adopted while it runs, restarted after it was killed', async () => {
    const dir = folder();
    const first = await startNats({ dir });
    const nc = await connect({ servers: first.url });
    const info = await nc.request('$JS.API.INFO');
    expect(info.json()).toMatchObject({ type: 'io.nats.jetstream.api.v1.account_info_response' });
    await nc.close();
    const second = await startNats({ dir });
    expect(second).toMatchObject({ adopted: true, pid: first.pid, port: first.port, monitorPort: first.monitorPort });
    process.kill(first.pid, 'SIGKILL');
    await waitFor(() => !isAlive(first.pid), 5_000);
    expect(await findNats(dir)).toBeUndefined();
    const third = track(await startNats({ dir, port: first.port }));
    expect(third).toMatchObject({ adopted: false, port: first.port });
  });

  test('an adopted server gets new users without a restart', async () => {
    const dir = folder();
    const users = (password: string) => `users: [{ user: "one", password: "${password}" }]`;
    const first = track(await startNats({ dir, authorization: users('old') }));
    const second = await startNats({ dir, authorization: users('new') });
    expect(second).toMatchObject({ adopted: true, pid: first.pid });
    const nc = await connect({ servers: first.url, user: 'one', pass: 'new' });
    await nc.close();
    await expect(connect({ servers: first.url, user: 'one', pass: 'old' })).rejects.toThrow(/authorization/i);
  });

  test('takes other ports when its own are taken', async () => {
    const [port, monitorPort] = [await freePort(), await freePort()];
    const others = [await occupy(port), await occupy(monitorPort)];
    try {
      const server = track(await startNats({ dir: folder(), port, monitorPort }));
      expect([server.port, server.monitorPort]).not.toContain(port);
      expect([server.port, server.monitorPort]).not.toContain(monitorPort);
    } finally {
      for (const other of others) other.close();
    }
  });

  test('says the end of its log when it cannot start', async () => {
    await expect(startNats({ dir: folder(), configText: 'nonsense: {' })).rejects.toThrow(/nats-server did not start/);
  });
});

test('a free port is outside the range of outgoing connections', async () => {
  const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t').map(Number);
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(ports.filter((port) => port >= first && port <= last)).toEqual([]);
});
