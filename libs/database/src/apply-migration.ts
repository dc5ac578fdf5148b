import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { MigrationFile } from './migration-files.ts';

/** Whoever waits for a table holds up everybody who comes after it, so it waits briefly and comes back. */
const WAIT_MS = 2_000;
const PAUSE_MS = 1_000;
const ATTEMPTS = 30;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

export async function applyMigration(client: pg.Client, schema: string, file: MigrationFile): Promise<void> {
  await client.query(`set search_path = ${pg.escapeIdentifier(schema)}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (file.alone ? applyAlone(client, schema, file) : applyInTransaction(client, file));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if ((code === LOCK_NOT_AVAILABLE || code === DEADLOCK) && attempt < ATTEMPTS) {
        await pause(PAUSE_MS);
        continue;
      }
      throw new Error(`Migration ${schema}/${file.name} failed: ${message}`, { cause: error });
    }
  }
}

async function applyInTransaction(client: pg.Client, file: MigrationFile): Promise<void> {
  await client.query(`begin; set local lock_timeout = ${WAIT_MS}`);
  try {
    await client.query(file.sql);
    await note(client, file);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Nobody waits behind a concurrent index, and what a failed attempt left is no index. */
async function applyAlone(client: pg.Client, schema: string, file: MigrationFile): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = $1::regnamespace and c.relkind = 'i' and not i.indisvalid`,
    [pg.escapeIdentifier(schema)],
  );
  for (const { name } of rows) await client.query(`drop index concurrently ${pg.escapeIdentifier(name)}`);
  await client.query('set lock_timeout = 0');
  await client.query(file.sql);
  await note(client, file);
}

const note = (client: pg.Client, { name, checksum }: MigrationFile): Promise<unknown> =>
  client.query('insert into migrations (name, checksum) values ($1, $2)', [name, checksum]);
