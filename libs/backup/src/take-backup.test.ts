import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { closing } from '@tidegate/testing/closing';
import { connect, makeTarget, SECRET, startSource, type TestSource, temporary } from '../test/source.ts';
import { makePair } from './kernel/keys.ts';
import { listBackups, type Manifest, readManifest, storeManifest } from './kernel/manifest.ts';
import { restoreCluster, restoreStreams } from './restore-servers.ts';
import type { Store } from './store/store.ts';
import { takeBackup } from './take-backup.ts';
import { verifyBackup } from './verify-backup.ts';

let from: TestSource;
let target: Awaited<ReturnType<typeof makeTarget>>;
let manifest: Manifest;

const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function prepare() {
  from = await startSource();
  target = await makeTarget();
  manifest = await takeBackup(from.source, target);
}

test('a backup is restored with every row, and each stream with its numbers and its readers', async () => {
  await prepare();
  const source = { store: target.store, keys: target.keys, manifest, pieces: [] };
  const dir = temporary('restored');
  const postgres = { dir: join(dir, 'postgres'), password: from.password };
  const recovered = await restoreCluster(source, { ...postgres, until: undefined, withinMs: 120_000, readAll: true });
  expect(recovered).toMatchObject({ tables: 1, rows: 2_000, systemId: manifest.postgres.systemId });
  const server = await startPostgres(postgres);
  closing(() => server.stop());
  const client = await connect(server.url.replace(/\/postgres$/, '/tidegate'));
  const sum = 'select count(*)::text as count, sum(hashtextextended(t::text, 0))::text as sum from notes t';
  expect((await client.query(sum)).rows).toEqual(await from.sql(sum));
  await client.query("insert into notes values (9999, 'it accepts writes')");

  const nats = { dir: join(dir, 'nats'), toolsDir: '', withinMs: 60_000 };
  await restoreStreams(source, nats);
  const bus = await startNats(nats);
  closing(() => bus.stop());
  const nc = await connectNats({ servers: [bus.url], user: 'platform', password: '' }, 'test');
  closing(() => nc.close());
  const streams = await jetstreamManager(nc);
  expect((await streams.streams.info('EVENTS')).state).toMatchObject({ messages: 50, last_seq: 50 });
  expect(await streams.consumers.info('EVENTS', 'reader')).toMatchObject({
    num_pending: 30,
    ack_floor: { stream_seq: 20 },
  });
  // What lived in memory ends with its server, and is no part of a backup.
  expect(manifest.streams.map(({ name }) => name)).toEqual(['EVENTS']);
});

test('nothing that is stored has a secret in it, compressed or not', async () => {
  const files = filesOf(target.root);
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const content = readFileSync(file);
    expect(content.includes(SECRET)).toBe(false);
    expect(content.includes(from.password)).toBe(false);
    expect(() => gunzipSync(content)).toThrow();
  }
});

test('one flipped bit anywhere is found, with and without a key, and the file is named', async () => {
  await verifyBackup(target, manifest.id);
  for (const file of filesOf(target.root)) {
    const good = readFileSync(file);
    for (const place of [0, Math.floor(good.length / 2), good.length - 1]) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(place) ^ 1, place);
      writeFileSync(file, bad);
      const keys = place === 0 ? target.keys : undefined;
      await expect(verifyBackup({ ...target, keys }, manifest.id), `${file} at ${place}`).rejects.toThrow(
        file.slice(target.root.length + 1),
      );
    }
    writeFileSync(file, good);
  }
  await verifyBackup({ ...target, keys: undefined }, manifest.id);
});

test('a backup of another key says so', async () => {
  const { identity } = await makePair();
  const keys = { recipients: [], identities: [identity] };
  await expect(verifyBackup({ ...target, keys }, manifest.id)).rejects.toThrow(
    /was encrypted for another key.*BACKUP_IDENTITY/s,
  );
});

test('a store that fails midway leaves nothing that is listed, and its reason is the answer', async () => {
  for (const failsAt of ['stream-EVENTS', 'postgres.tar', 'postgres-manifest', 'secrets', 'manifest.json']) {
    const { store, ...rest } = await makeTarget();
    const failing = failsOn(store, failsAt);
    const failed = takeBackup(from.source, { ...rest, store: failing, secretsStore: failing });
    await expect(failed).rejects.toThrow(`No room for ${failsAt}`);
    expect(await listBackups(store)).toEqual([]);
    expect(filesOf(rest.root)).toEqual([]);
  }
});

/** Writes for real until it is asked for a certain file. */
const failsOn = (store: Store, part: string): Store => ({
  name: store.name,
  get: (key) => store.get(key),
  list: (prefix) => store.list(prefix),
  remove: (key) => store.remove(key),
  put: (key, content) =>
    key.includes(part) && !(part === 'manifest.json' && key.includes('postgres-manifest'))
      ? Promise.reject(new Error(`No room for ${part}`))
      : store.put(key, content),
});

test('a backup of a later format is refused, with the version that can restore it', async () => {
  const later = { ...manifest, id: '20991231T235959Z-0000', format: 2, tidegate: '9.0.0' };
  await storeManifest(target.store, later);
  await expect(readManifest(target.store, later.id)).rejects.toThrow(/format 2.*the version that made it \(9\.0\.0\)/s);
  expect((await readManifest(target.store, manifest.id)).id).toBe(manifest.id);
});
