import { join } from 'node:path';
import { findPostgres, startPostgres, stopPostgres } from '@tidegate/runtime/embedded/postgres';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { connect, makeTarget, startSource, type TestSource, temporary } from '../../test/source.ts';
import { formatLsn, parseLsn, segmentStart } from '../kernel/lsn.rules.ts';
import type { Manifest } from '../kernel/manifest.ts';
import { connected } from '../postgres/replication.ts';
import { askServer, createSlot, findSlot, flushedLsn } from '../postgres/server.queries.ts';
import { restoreCluster } from '../restore-servers.ts';
import type { Store } from '../store/store.ts';
import { takeBackup } from '../take-backup.ts';
import { verifyBackup, walAfter } from '../verify-backup.ts';
import { WalArchiver } from './archive-wal.ts';
import { listPieces, unbroken } from './wal-archive.ts';

const SLOT = 'test_archive';
const CHAIN = 'test-1-chain';
type Target = Awaited<ReturnType<typeof makeTarget>>;

/** As the process of an installation does it; answers how to end it. */
async function archive(from: TestSource, target: Target, store: Store = target.store) {
  const login = { url: from.url };
  const flushed = await connected(login, false, async (client) => {
    if (!(await findSlot(client, SLOT))) await createSlot(client, SLOT);
    return parseLsn(await flushedLsn(client));
  });
  const { segmentBytes } = await connected(login, false, askServer);
  const pieces = await listPieces(target.store, CHAIN);
  const first = pieces[0]?.start ?? segmentStart(flushed, BigInt(segmentBytes));
  const archived = unbroken(pieces, first).at(-1)?.end ?? first;
  const abort = new AbortController();
  let progress = 0n;
  const archiver = new WalArchiver({
    login,
    slot: SLOT,
    timeline: 1,
    signal: abort.signal,
    store,
    keys: target.keys,
    chain: CHAIN,
    segmentBytes: BigInt(segmentBytes),
    pieces: pieces.filter((piece) => piece.end > segmentStart(archived, BigInt(segmentBytes))),
    archived,
    everyMs: 100,
    onProgress: ({ archived: to }) => {
      progress = to;
    },
  });
  const running = archiver.run();
  let failure: Error | undefined;
  running.catch((error: Error) => {
    failure = error;
  });
  const stop = closing(async () => {
    abort.abort();
    await running.catch(() => undefined);
  });
  const reached = () =>
    until(async () => failure !== undefined || progress >= parseLsn(await connected(login, false, flushedLsn)), {
      withinMs: 30_000,
      what: 'The archive',
    }).then(() => {
      if (failure) throw failure;
    });
  return { running, stop, reached };
}

async function restored(target: Target, manifest: Manifest, password: string, moment?: string): Promise<string> {
  const source = { store: target.store, keys: target.keys, manifest, pieces: await walAfter(target.store, manifest) };
  const postgres = { dir: join(temporary('restored'), 'postgres'), password };
  await restoreCluster(source, { ...postgres, until: moment, withinMs: 120_000, readAll: false });
  const server = await startPostgres(postgres);
  const stop = closing(() => server.stop());
  const client = await connect(server.url.replace(/\/postgres$/, '/tidegate'));
  const { rows } = await client.query<{ text: string }>(
    "select string_agg(text, ',' order by id) as text from notes where id > 5000",
  );
  await client.end();
  await stop();
  return rows[0]?.text ?? '';
}

let from: TestSource;

test('every moment after a backup can be restored: the latest, and the one before a mistake', async () => {
  from = await startSource();
  const target = await makeTarget();
  const { stop, reached } = await archive(from, target);
  const manifest = await takeBackup({ ...from.source, chainOf: () => CHAIN }, target);
  await from.sql("insert into notes values (5001, 'before')");
  const [{ now: moment } = { now: '' }] = await from.sql(
    "select to_json(clock_timestamp() at time zone 'UTC')#>>'{}' || 'Z' as now",
  );
  await from.sql("select pg_sleep(0.01); insert into notes values (5002, 'after')");
  await reached();
  expect(await restored(target, manifest, from.password)).toBe('before,after');
  expect(await restored(target, manifest, from.password, moment)).toBe('before');
  // Nothing was committed since the last transaction: that moment is the end of the archive.
  const [{ now: later } = { now: '' }] = await from.sql(
    "select to_json(clock_timestamp() at time zone 'UTC')#>>'{}' || 'Z' as now",
  );
  expect(await restored(target, manifest, from.password, later)).toBe('before,after');

  // Whole segments take the place of their pieces, and nothing is missing between them.
  const written = async () => {
    await from.sql("insert into notes select n, repeat('x', 2000) from generate_series(100000, 110000) n");
    await from.sql('delete from notes where id >= 100000');
  };
  await written();
  await reached();
  const pieces = await listPieces(target.store, CHAIN);
  const whole = pieces.filter((piece) => piece.end - piece.start === 16n * 1024n ** 2n);
  expect(whole.length).toBeGreaterThan(0);
  for (const piece of pieces)
    expect(whole.some((one) => one !== piece && piece.start >= one.start && piece.end <= one.end)).toBe(false);

  // Another process goes on where this one ends.
  await stop();
  await from.sql("insert into notes values (5003, 'while nobody archived')");
  const next = await archive(from, target);
  await from.sql("insert into notes values (5004, 'and then')");
  await next.reached();
  const { until: last, walPieces } = await verifyBackup(target, manifest.id);
  expect(walPieces).toBeGreaterThan(1);
  expect(last > manifest.finishedAt).toBe(true);
  expect(await restored(target, manifest, from.password)).toBe('before,after,while nobody archived,and then');
  await next.stop();
});

test('a flipped bit in the archive is found, and a piece that is gone is no longer promised', async () => {
  const target = await makeTarget();
  const { reached, stop } = await archive(from, target);
  const manifest = await takeBackup({ ...from.source, chainOf: () => CHAIN }, target);
  await from.sql("insert into notes values (6001, 'one')");
  await reached();
  await from.sql("insert into notes values (6002, 'two')");
  await reached();
  await stop();
  const pieces = await walAfter(target.store, manifest);
  const last = pieces.at(-1);
  if (!last) throw new Error('Nothing was archived.');
  const good = Buffer.from((await target.store.get(last.key)) ?? []);
  const bad = Buffer.from(good);
  bad.writeUInt8(bad.readUInt8(good.length - 1) ^ 1, good.length - 1);
  await target.store.put(last.key, bad);
  await expect(verifyBackup({ ...target, keys: undefined }, manifest.id)).rejects.toThrow(`${last.key} is damaged`);
  await target.store.remove(last.key);
  const { until: promised } = await verifyBackup(target, manifest.id);
  expect(Date.parse(promised)).toBeLessThan(last.at);
});

test('a store that fails ends archiving with its reason; the server keeps what is missing, up to its bound', async () => {
  const target = await makeTarget();
  const full: Store = {
    name: 'full',
    get: (key) => target.store.get(key),
    list: (prefix) => target.store.list(prefix),
    remove: (key) => target.store.remove(key),
    put: () => Promise.reject(new Error('The store is full')),
  };
  const { running } = await archive(from, target, full);
  await from.sql("insert into notes values (7001, 'kept')");
  await expect(running).rejects.toThrow('The store is full');
  const slot = () => connected({ url: from.url }, false, (client) => findSlot(client, SLOT));
  expect((await slot())?.complete).toBe(true);
  // Later the same is archived elsewhere.
  const { reached, stop } = await archive(from, target);
  await reached();
  await stop();
});

test('a server that shuts down in order waits until the last of it is archived, and for nothing else', async () => {
  const target = await makeTarget();
  const { running, reached } = await archive(from, target);
  await reached();
  const end = await from.sql(
    "insert into notes values (8001, 'last') returning pg_current_wal_insert_lsn()::text as lsn",
  );
  await stopPostgres(join(from.dataDir, 'postgres'));
  await expect(running).rejects.toThrow();
  expect(await findPostgres(join(from.dataDir, 'postgres'))).toBeUndefined();
  const pieces = await listPieces(target.store, CHAIN);
  expect(pieces.at(-1)?.end).toBeGreaterThanOrEqual(parseLsn(end[0]?.['lsn'] ?? ''));
});

test('places in the WAL are written as PostgreSQL writes them', () => {
  expect(formatLsn(parseLsn('16/B374D848'))).toBe('16/B374D848');
  expect(() => parseLsn('nonsense')).toThrow();
});
