import { join } from 'node:path';
import { connectNats } from '@tidegate/messaging/nats';
import { closing } from '@tidegate/testing/closing';
import { findExternalPostgres, initialiseExternal, startExternal } from '@tidegate/testing/external-postgres';
import { startTestNats } from '@tidegate/testing/nats';
import { until } from '@tidegate/testing/until';
import { connect, makeTarget, temporary } from '../test/source.ts';
import { layOutWal, recoverySettings, requestRecovery, unpackCluster } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';

test('an external PostgreSQL is backed up over its connection, and recovers from what is written for it', async () => {
  const bin = findExternalPostgres();
  if (!bin)
    return void process.stderr.write(
      'No PostgreSQL of Debian is installed: the test of an external one is left out.\n',
    );
  const server = await startExternal(bin, initialiseExternal(bin));
  const { url } = server('postgres');
  const admin = await connect(url);
  await admin.query('create database tidegate');
  const client = await connect(server('tidegate').url);
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
  const plain = { ...source, login: { url: url.replace(/\/\/[^@]+@/, '//plain:plain@') } };
  await expect(takeBackup(plain, target)).rejects.toThrow(/may not make physical backups.*ALTER ROLE … REPLICATION/s);

  const manifest = await takeBackup(source, target);
  expect(manifest).toMatchObject({ secrets: null, streams: [], postgres: { embedded: false } });
  const restore = { store: target.store, keys: target.keys, manifest, pieces: [] };
  const place = await unpackCluster(restore, join(temporary('into'), 'postgres'));
  const folder = await layOutWal(restore, place);
  requestRecovery(place);
  const settings = Object.entries(recoverySettings({ folder })).filter(([name]) => name !== 'hot_standby');
  const restored = await startExternal(
    bin,
    place.data,
    settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  );
  const again = await connect(restored('tidegate').url);
  await until(async () => (await again.query('select pg_is_in_recovery() as recovers')).rows[0]?.recovers === false, {
    withinMs: 30_000,
  });
  expect((await again.query('select count(*)::int as count from notes')).rows).toEqual([{ count: 5_000 }]);
});
