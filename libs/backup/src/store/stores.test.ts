import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { closing } from '@tidegate/testing/closing';
import { startS3 } from '../../test/s3-server.ts';
import { makeTarget, startSource, temporary } from '../../test/source.ts';
import { listBackups } from '../kernel/manifest.ts';
import { takeBackup } from '../take-backup.ts';
import { verifyBackup } from '../verify-backup.ts';
import { FolderStore } from './folder-store.ts';
import { S3Store } from './s3-store.ts';
import type { Store } from './store.ts';

const QUICK = { tries: 2, firstPauseMs: 10 };
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function stores(): Promise<[string, Store][]> {
  const { place } = await startS3('backups');
  return [
    ['a folder', new FolderStore(temporary('store'))],
    ['a bucket', new S3Store(place, QUICK)],
    ['a prefix of a bucket', new S3Store({ ...place, prefix: 'some/where' }, QUICK)],
  ];
}

test('folders and buckets store, list, answer and remove alike', async () => {
  for (const [what, store] of await stores()) {
    expect(await store.list(''), what).toEqual([]);
    expect(await store.get('backups/none'), what).toBeUndefined();
    await store.put('wal/b/2', Buffer.from('two'));
    await store.put('wal/a/1', Buffer.alloc(300_000, 7));
    await store.put('wal/b/2', Buffer.from('two again'));
    await store.put('backups/x/manifest.json', Buffer.from('{}'));
    expect(await store.list('wal/'), what).toEqual([
      { key: 'wal/a/1', bytes: 300_000 },
      { key: 'wal/b/2', bytes: 9 },
    ]);
    expect(Buffer.from((await store.get('wal/b/2')) ?? []).toString(), what).toBe('two again');
    expect(Buffer.compare((await store.get('wal/a/1')) ?? Buffer.alloc(0), Buffer.alloc(300_000, 7)), what).toBe(0);
    await store.remove('wal/b/2');
    await store.remove('wal/b/2');
    expect(
      (await store.list('')).map(({ key }) => key),
      what,
    ).toEqual(['backups/x/manifest.json', 'wal/a/1']);
  }
});

test('a bucket with more keys than one answer lists has all of them', async () => {
  const { place } = await startS3('many');
  const store = new S3Store(place, QUICK);
  for (let n = 0; n < 1_050; n += 1) await store.put(`wal/${String(n).padStart(5, '0')}`, Buffer.from('x'));
  const keys = (await store.list('wal/')).map(({ key }) => key);
  expect(keys.length).toBe(1_050);
  expect(new Set(keys).size).toBe(1_050);
});

test('a wrong key, a missing bucket and a store that is not there are named, with what to do', async () => {
  const { place, kill } = await startS3('real');
  const wrong = new S3Store({ ...place, secretAccessKey: 'wrong' }, QUICK);
  await expect(wrong.put('a', Buffer.from('x'))).rejects.toThrow(
    /403.*SignatureDoesNotMatch.*BACKUP_S3_SECRET_ACCESS_KEY/s,
  );
  const none = new S3Store({ ...place, bucket: 'absent' }, QUICK);
  await expect(none.put('a', Buffer.from('x'))).rejects.toThrow(/404.*NoSuchBucket.*create the bucket/s);
  await kill();
  await expect(new S3Store(place, QUICK).list('')).rejects.toThrow(/cannot be used.*BACKUP_S3_ENDPOINT/s);
});

test('a store that hangs fails in time, and goes on where it was when it is back', async () => {
  const { place, hang } = await startS3('slow');
  const store = new S3Store(place, { ...QUICK, requestMs: 500 });
  await store.put('a', Buffer.from('before'));
  hang(true);
  // A request that nobody refers to any more is still given up.
  const collecting = setInterval(collectGarbage, 20);
  await expect(store.put('b', Buffer.alloc(1_000))).rejects.toThrow('no answer within 0.5 s');
  clearInterval(collecting);
  hang(false);
  const patient = new S3Store(place, QUICK);
  await patient.put('b', Buffer.from('after'));
  expect((await patient.list('')).map(({ key }) => key)).toEqual(['a', 'b']);
});

test('a backup in a bucket is whole; when the store dies midway there is none, and the next one is made', async () => {
  const from = await startSource();
  const { keys } = await makeTarget();
  const { place, kill } = await startS3('backups');
  const store = new S3Store(place, QUICK);
  const target = { store, secretsStore: store, keys };
  const { id } = await takeBackup(from.source, target);
  expect((await verifyBackup(target, id)).opened).toBe(true);
  const dying: Store = Object.assign(Object.create(store), {
    // The server itself is ended, when half of the files have arrived.
    put: async (key: string, content: Uint8Array) => {
      if (key.includes('postgres.tar')) await kill();
      return store.put(key, content);
    },
  });
  await expect(takeBackup(from.source, { ...target, store: dying })).rejects.toThrow('cannot be used');
  const again = await startS3('backups');
  const next = new S3Store(again.place, QUICK);
  expect(await listBackups(next)).toEqual([]);
  await takeBackup(from.source, { ...target, store: next, secretsStore: next });
  expect((await listBackups(next)).map(({ finished }) => finished)).toEqual([true]);
});

test('a full disk is named, leaves no half file, and what was there stays', async () => {
  const folder = temporary('small');
  if (!mountSmall(folder))
    return void process.stderr.write('A small disk cannot be mounted here: the test of a full one is left out.\n');
  closing(() => execFileSync('umount', [folder]));
  const store = new FolderStore(folder);
  await store.put('backups/a', Buffer.alloc(500_000));
  await expect(store.put('backups/b', Buffer.alloc(900_000))).rejects.toThrow(/its disk is full.*BACKUP_KEEP/s);
  expect(readdirSync(join(folder, 'backups'))).toEqual(['a']);
  const from = await startSource();
  const { keys } = await makeTarget();
  await expect(takeBackup(from.source, { store, secretsStore: store, keys })).rejects.toThrow('its disk is full');
  expect(await store.list('')).toEqual([{ key: 'backups/a', bytes: 500_000 }]);
});

/** Only root may. */
function mountSmall(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('what a killed process was writing is no file of the store, and goes after a day', async () => {
  const root = temporary('store');
  const store = new FolderStore(root);
  await store.put('wal/a', Buffer.from('x'));
  const left = join(root, 'wal', '.unfinished-0011');
  writeFileSync(left, 'half');
  expect((await store.list('')).map(({ key }) => key)).toEqual(['wal/a']);
  expect(statSync(left).size).toBe(4);
  const old = new Date(Date.now() - 90_000_000);
  utimesSync(left, old, old);
  await store.list('');
  expect(readdirSync(join(root, 'wal'))).toEqual(['a']);
});
