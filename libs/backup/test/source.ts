import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connectNats } from '@tidegate/messaging/nats';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { closing } from '@tidegate/testing/closing';
import { startTestNats } from '@tidegate/testing/nats';
import pg from 'pg';
import { makePair } from '../src/kernel/keys.ts';
import { FolderStore } from '../src/store/folder-store.ts';
import type { BackupSource, BackupTarget } from '../src/take-backup.ts';

/** Found in nothing that a backup stores. */
export const SECRET = 'word-of-a-secret-0123456789';

export interface TestSource {
  source: BackupSource;
  sql(text: string): Promise<Record<string, string>[]>;
  nc: NatsConnection;
  url: string;
  password: string;
  dataDir: string;
}

export const temporary = (name: string): string => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));

/** A PostgreSQL as the platform's, a nats-server with a stream, and a file of secrets. */
export async function startSource(settings: Record<string, string | number> = {}): Promise<TestSource> {
  const dataDir = temporary('backed-up');
  const password = 'word-that-nothing-else-has';
  const server = await startPostgres({ dir: join(dataDir, 'postgres'), password, settings });
  closing(() => server.stop());
  const admin = await connect(server.url);
  await admin.query('create database tidegate');
  const url = server.url.replace(/\/postgres$/, '/tidegate');
  const client = await connect(url);
  const sql = async (text: string) => (await client.query<Record<string, string>>(text)).rows;
  await sql('create table notes (id int primary key, text text not null)');
  await sql(`insert into notes select n, '${SECRET}' || n from generate_series(1, 2000) n`);
  const nats = await startTestNats();
  closing(nats.stop);
  const nc = await connectNats({ servers: [nats.url], user: 'platform', password: '' }, 'test');
  closing(() => nc.close());
  const manager = await jetstreamManager(nc);
  await manager.streams.add({ name: 'EVENTS', subjects: ['evt.>'] });
  await manager.streams.add({ name: 'SHORT', subjects: ['short.>'], storage: 'memory' });
  for (let n = 1; n <= 50; n += 1) await jetstream(nc).publish('evt.test', `${SECRET} ${n}`);
  await manager.consumers.add('EVENTS', { durable_name: 'reader', ack_policy: 'explicit' });
  const consumer = await jetstream(nc).consumers.get('EVENTS', 'reader');
  for (let n = 1; n <= 20; n += 1) await (await consumer.next())?.ackAck();
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify({ POSTGRES_PASSWORD: password, KEY: SECRET }), {
    mode: 0o600,
  });
  const source: BackupSource = {
    login: { url },
    nc,
    dataDir,
    embedded: true,
    version: '0.1.0',
    chainOf: () => null,
  };
  return { source, sql, nc, url, password, dataDir };
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  closing(() => client.end().catch(() => undefined));
  return client;
}

export async function makeTarget(): Promise<BackupTarget & { root: string }> {
  const root = temporary('backups');
  const { identity, recipient } = await makePair();
  const store = new FolderStore(root);
  return { root, store, secretsStore: store, keys: { recipients: [recipient], identities: [identity] } };
}
