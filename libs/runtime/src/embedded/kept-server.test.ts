import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Log } from '@tidegate/telemetry/log';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { KeptServer } from './kept-server.ts';
import { natsIllness } from './nats-monitor.ts';
import { findNatsServer, natsIllnessOf, startNats, stopNats } from './nats-server.ts';
import { findPostgres, postgresAnswers, startPostgres, stopPostgres } from './postgres.ts';
import { isAlive } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-kept-'));
const quick = { checkMs: 50, askMs: 100, askAgainMs: 100, firstPauseMs: 50 };
const kept: KeptServer[] = [];

afterEach(async () => {
  await Promise.all(kept.splice(0).map((server) => server.stop()));
  await Promise.all([stopNats(join(folder, 'nats')), stopPostgres(join(folder, 'pg'))]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function keepNats(times: ConstructorParameters<typeof KeptServer>[2] = quick) {
  const dir = join(folder, 'nats');
  const { pid, port, monitorPort, ended } = await startNats({ dir });
  const server = new KeptServer(
    {
      name: 'nats-server',
      pid,
      ended,
      logFile: join(dir, 'nats.log'),
      start: (signal) => startNats({ dir, port, monitorPort, samePorts: true, signal }),
      illness: () => natsIllnessOf(dir, monitorPort, patient(300)),
      patienceMs: () => patient(1_000),
      end: () => ['SIGTERM', 'SIGKILL'],
    },
    new Log(),
    times,
  );
  kept.push(server);
  return { server, pid, monitorPort, dir };
}

test('a nats-server that was killed is restarted on its ports, and reported until then', async () => {
  // The end of a child is an event, without polling, the second time too.
  const { server, pid, monitorPort, dir } = await keepNats({ checkMs: 3_600_000, askMs: 3_600_000 });
  process.kill(pid, 'SIGKILL');
  await until(() => server.trouble !== undefined || server.pid !== pid, { everyMs: 5 });
  await until(() => server.pid !== pid);
  const second = server.pid;
  process.kill(second, 'SIGKILL');
  await until(() => server.pid !== second);
  expect(await natsIllnessOf(dir, monitorPort)).toBeUndefined();
  expect(server.trouble).toBeUndefined();
});

test('one that is alive and does not answer is ended and restarted', async () => {
  const { server, pid, monitorPort, dir } = await keepNats();
  process.kill(pid, 'SIGSTOP');
  await until(() => server.pid !== pid, { withinMs: 60_000 });
  expect(isAlive(pid)).toBe(false);
  expect(await natsIllnessOf(dir, monitorPort)).toBeUndefined();
});

test('a log that has become large while its server runs is put aside, and the server goes on in it', async () => {
  const { pid, dir } = await keepNats();
  const file = join(dir, 'nats.log');
  truncateSync(file, 11 * 1024 ** 2);
  await until(() => statSync(file).size < 1_000_000);
  expect(statSync(`${file}.old`).size).toBe(11 * 1024 ** 2);
  // Asked to open its log again, it says so in it.
  process.kill(pid, 'SIGHUP');
  await until(() => statSync(file).size > 0);
  expect(statSync(file).size).toBeLessThan(1_000_000);
});

test('a nats-server without JetStream is unhealthy, and so is another one on its port', async () => {
  const [port, monitor] = [await freePort(), await freePort()];
  const args = ['-a', '127.0.0.1', '-p', String(port), '-m', String(monitor), '--name', 'without'];
  const child = spawn(findNatsServer() ?? 'nats-server', args, { stdio: 'ignore' });
  try {
    await until(async () => (await natsIllness(monitor, 'without', 500)) === 'JetStream is disabled');
    await until(async () => (await natsIllness(monitor, 'other', 500)) === 'another nats-server answers on its port');
  } finally {
    child.kill('SIGKILL');
  }
});

test('a start does not adopt a nats-server that hangs; a stop ends it', async () => {
  const dir = join(folder, 'nats');
  const first = await startNats({ dir });
  process.kill(first.pid, 'SIGSTOP');
  const second = await startNats({ dir, port: first.port, withinMs: patient(2_000) });
  // On the same port, unless somebody else on this machine took it in between.
  expect(second.adopted).toBe(false);
  expect(isAlive(first.pid)).toBe(false);
  process.kill(second.pid, 'SIGSTOP');
  process.kill(second.pid, 'SIGCONT');
  await stopNats(dir);
  expect(isAlive(second.pid)).toBe(false);
});

test('a PostgreSQL whose postmaster was killed is restarted with its data, even after a failed try', async () => {
  const dir = join(folder, 'pg');
  const first = await startPostgres({ dir, password: 'secret' });
  const client = new pg.Client({ connectionString: first.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create table kept as select 42 as answer');
  let tries = 0;
  const server = new KeptServer(
    {
      name: 'PostgreSQL',
      pid: first.pid,
      logFile: join(dir, 'postgres.log'),
      start: (signal) => {
        tries += 1;
        if (tries === 1) throw new Error('no memory');
        return startPostgres({ dir, password: 'secret', port: first.port, samePort: true, signal });
      },
      illness: async () => ((await postgresAnswers(first.port)) ? undefined : 'it does not answer'),
      patienceMs: () => 60_000,
      end: () => ['SIGQUIT', 'SIGKILL'],
    },
    new Log(),
    quick,
  );
  kept.push(server);
  process.kill(first.pid, 'SIGKILL');
  await until(() => server.pid !== first.pid, { withinMs: 60_000 });
  expect(await findPostgres(dir)).toMatchObject({ pid: server.pid, port: first.port });
  const again = new pg.Client({ connectionString: first.url });
  await again.connect();
  expect((await again.query('select answer from kept')).rows).toEqual([{ answer: 42 }]);
  await again.end();
});
