import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { FolderStore } from '@tidegate/backup/store/folder-store';
import type { Store } from '@tidegate/backup/store/store';
import { listPieces } from '@tidegate/backup/wal/wal-archive';
import { readBackupState } from '@tidegate/runtime/backup-state';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { archiveWal, keepNothing, measureKept } from './archive.ts';
import type { Place } from './open-place.ts';

const folder = (name: string): string => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));

/** A server that keeps little for whoever does not read, and drops it at its next checkpoint. */
async function open() {
  const dataDir = folder('archived');
  const settings = {
    max_slot_wal_keep_size: '32MB',
    max_wal_size: '32MB',
    min_wal_size: '32MB',
    checkpoint_timeout: '30s',
  };
  const server = await startPostgres({ dir: join(dataDir, 'postgres'), password: 'archived', settings });
  closing(() => server.stop());
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  closing(() => client.end());
  const { identity, recipient } = await makePair();
  const store = new FolderStore(folder('store'));
  const place = (of: Store): Place => ({
    store: of,
    secretsStore: undefined,
    keys: { recipients: [recipient], identities: [identity] },
    retention: { daily: 1, weekly: 0, monthly: 0, walDays: 1 },
    everyHours: 24,
    drillEveryDays: 0,
    walSeconds: 1,
  });
  const env = { DATABASE_URL: server.url };
  const archive = (of: Store = store) => {
    const abort = new AbortController();
    const running = archiveWal({
      dataDir,
      env,
      place: place(of),
      log: new Log({ service: 'backup' }),
      signal: abort.signal,
    });
    return closing(async () => {
      abort.abort();
      await running;
    });
  };
  const wal = () => readBackupState(dataDir, 'wal');
  return { dataDir, env, client, store, archive, wal };
}

test('while nothing can be archived it says why, PostgreSQL keeps a bounded part, and what was lost begins another chain', async () => {
  const { dataDir, env, client, store, archive, wal } = await open();
  const stop = archive();
  await until(() => wal()?.completeAt ?? undefined, { withinMs: 30_000, what: 'The first chain' });
  const first = wal()?.chain ?? '';
  await stop();

  const full: Store = Object.assign(Object.create(store), {
    put: () => Promise.reject(new Error('The store is full')),
  });
  const stopFull = archive(full);
  await client.query('create table filler (text text)');
  await until(() => wal()?.trouble?.includes('The store is full'), { withinMs: 30_000, what: 'The trouble' });
  expect(wal()).toMatchObject({ chain: first });
  await stopFull();

  // Twice its bound is written while nobody reads: PostgreSQL drops it instead of filling the disk.
  for (let n = 0; n < 12; n += 1) {
    await client.query('insert into filler select repeat(md5(n::text), 60) from generate_series(1, 5000) n');
    await client.query('select pg_switch_wal()');
  }
  await client.query('checkpoint');
  await until(
    async () => {
      await client.query('checkpoint');
      const { rows } = await client.query(
        "select wal_status as status from pg_replication_slots where slot_name = 'tidegate_backup'",
      );
      return rows[0]?.status === 'lost';
    },
    { withinMs: 60_000, what: 'The bound' },
  );
  const { rows } = await client.query<{ mb: number }>('select (sum(size) / 1048576)::int as mb from pg_ls_waldir()');
  expect(rows[0]?.mb).toBeLessThan(200);

  const stopAgain = archive();
  await until(() => wal()?.completeAt !== null && wal()?.chain !== first, { withinMs: 30_000, what: 'Another chain' });
  const second = wal()?.chain ?? '';
  expect(wal()?.trouble).toBeNull();
  expect((await listPieces(store, second)).length).toBeGreaterThan(0);
  await measureKept({ dataDir, env });
  expect(wal()?.keptBytes).toBeLessThan(64 * 1024 ** 2);
  await stopAgain();

  // Switched off: nothing is kept any more.
  expect(await keepNothing(dataDir, env)).toBe(true);
  expect(await keepNothing(dataDir, env)).toBe(false);
  expect((await client.query('select 1 from pg_replication_slots')).rowCount).toBe(0);
});

test('one process archives a server: another waits with the reason, and goes on when the first has ended', async () => {
  const { archive, wal } = await open();
  const stop = archive();
  await until(() => wal()?.completeAt ?? undefined, { withinMs: 30_000, what: 'The first' });
  const chain = wal()?.chain;
  archive();
  await until(() => wal()?.trouble?.includes('Another process archives'), { withinMs: 30_000, what: 'The refusal' });
  await stop();
  await until(() => wal()?.trouble === null, { withinMs: 60_000, what: 'The second' });
  expect(wal()?.chain).toBe(chain);
});
