import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectNats } from '@tidegate/messaging/nats';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';
import { closing } from '@tidegate/testing/closing';
import { startTestNats } from '@tidegate/testing/nats';
import { until } from '@tidegate/testing/until';
import { connect, makeTarget, temporary } from '../test/source.ts';
import { layOutWal, recoverySettings, requestRecovery, unpackCluster } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';

const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'external';

/** Debian's, of any version from 13 on; it need not be installed. */
const binaries = (): string | undefined =>
  (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .filter((version) => Number(version) >= 13 && existsSync(join(DEBIAN, version, 'bin', 'initdb')))
    .map((version) => join(DEBIAN, version, 'bin'))
    .at(0);

test('an external PostgreSQL is backed up over its connection, and recovers from what is written for it', async () => {
  const bin = binaries();
  if (!bin)
    return void process.stderr.write(
      'No PostgreSQL of Debian is installed: the test of an external one is left out.\n',
    );
  const data = initialise(bin);
  const url = await start(bin, data);
  const admin = await connect(url);
  await admin.query('create database tidegate');
  const client = await connect(url.replace(/\/postgres$/, '/tidegate'));
  await client.query("create table notes as select n as id, 'text ' || n as text from generate_series(1, 5000) n");

  const nats = await startTestNats();
  closing(nats.stop);
  const nc = await connectNats({ servers: [nats.url], user: 'platform', password: '' }, 'test');
  closing(() => nc.close());
  const target = await makeTarget();
  const source = {
    login: { url },
    nc,
    dataDir: temporary('no-secrets'),
    embedded: false,
    version: '0.1.0',
    chainOf: () => null,
  };
  // A role that may not replicate is not told a riddle.
  await admin.query("create role plain login password 'plain'");
  const plain = { ...source, login: { url: url.replace(`postgres:${PASSWORD}`, 'plain:plain') } };
  await expect(takeBackup(plain, target)).rejects.toThrow(/may not make physical backups.*ALTER ROLE … REPLICATION/s);

  const manifest = await takeBackup(source, target);
  expect(manifest).toMatchObject({ secrets: null, streams: [], postgres: { embedded: false } });
  const restore = { store: target.store, keys: target.keys, manifest, pieces: [] };
  const place = await unpackCluster(restore, join(temporary('into'), 'postgres'));
  const folder = await layOutWal(restore, place);
  requestRecovery(place);
  const settings = Object.entries(recoverySettings({ folder })).filter(([name]) => name !== 'hot_standby');
  const restored = await start(
    bin,
    place.data,
    settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  );
  const again = await connect(restored.replace(/\/postgres$/, '/tidegate'));
  await until(async () => (await again.query('select pg_is_in_recovery() as recovers')).rows[0]?.recovers === false, {
    withinMs: 30_000,
  });
  expect((await again.query('select count(*)::int as count from notes')).rows).toEqual([{ count: 5_000 }]);
});

function initialise(bin: string): string {
  const base = temporary('external');
  const identity = unprivilegedIdentity();
  const [data, file] = [join(base, 'data'), join(base, 'password')];
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(file, PASSWORD, { mode: 0o600 });
  if (identity) for (const path of [base, data, file]) chownSync(path, identity.uid, identity.gid);
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${file}`,
    '--no-sync',
    '--locale=C',
    '-E',
    'UTF8',
  ];
  execFileSync(join(bin, 'initdb'), args, { stdio: 'pipe', cwd: base, ...(identity ?? {}) });
  return data;
}

async function start(bin: string, data: string, args: string[] = []): Promise<string> {
  const port = await freePort();
  const own = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const child: ChildProcess = spawn(join(bin, 'postgres'), [...own, ...args], {
    cwd: dirname(data),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(unprivilegedIdentity() ?? {}),
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-2_000)));
  closing(async () => {
    child.kill('SIGQUIT');
    await until(() => hasEnded(child));
  });
  const url = `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  await until(
    async () => {
      if (hasEnded(child)) throw new Error(`It ended: ${said}`);
      const client = await connect(url);
      await client.end();
      return true;
    },
    { withinMs: 60_000, what: 'The external PostgreSQL' },
  );
  return url;
}
