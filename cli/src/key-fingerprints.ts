import { createHash } from 'node:crypto';
import { variablePrefix } from '@tidegate/runtime/secrets-file';
import type { Settings } from '@tidegate/runtime/settings';
import pg from 'pg';

/*
 * Which key encrypted this database, so that a start with another one is refused before it writes what the right key
 * could not read. Kept are fingerprints, which tell nothing of the key.
 */
const TABLE = 'tidegate.key_fingerprints';

export interface WrongKey {
  variable: string;
  expected: string;
  given: string;
}

export const fingerprint = (key: string): string =>
  createHash('sha256').update('tidegate key fingerprint').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 16);

/** Notes the keys of a new database; refuses others than those that it knows. */
export async function checkKeys(settings: Settings): Promise<void> {
  const wrong = await findWrongKeys(settings, { note: true });
  if (wrong.length === 0) return;
  const lines = wrong.map(({ variable, expected, given }) => `${variable} has fingerprint ${given}, not ${expected}`);
  throw new Error(
    `The secrets in this database were encrypted with another key:\n  ${lines.join('\n  ')}\n  Fix: restore the secrets.json (or set the variables) that belong to this database.`,
  );
}

export async function findWrongKeys(settings: Settings, { note }: { note: boolean }): Promise<WrongKey[]> {
  const client = new pg.Client({ connectionString: settings.database.adminUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const known = await readKnown(client);
    const keys = Object.entries(settings.encryptionKeys);
    if (note)
      await noteNew(
        client,
        keys.filter(([service]) => !known.has(service)),
      );
    return keys.flatMap(([service, key]) => {
      const expected = known.get(service);
      const given = fingerprint(key);
      if (expected === undefined || expected === given) return [];
      return [{ variable: `${variablePrefix(service)}_ENCRYPTION_KEY`, expected, given }];
    });
  } finally {
    await client.end();
  }
}

async function readKnown(client: pg.Client): Promise<Map<string, string>> {
  const { rows: tables } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    TABLE,
  ]);
  if (!tables[0]?.there) return new Map();
  const { rows } = await client.query<{ service: string; fingerprint: string }>(
    `select service, fingerprint from ${TABLE}`,
  );
  return new Map(rows.map((row) => [row.service, row.fingerprint]));
}

async function noteNew(client: pg.Client, keys: [service: string, key: string][]): Promise<void> {
  if (keys.length === 0) return;
  // Two starts at once: one after the other.
  await client.query(`
    begin;
    select pg_advisory_xact_lock(7318204912);
    create schema if not exists tidegate;
    create table if not exists ${TABLE} (
      service text primary key, fingerprint text not null, noted_at timestamptz not null default now());
    comment on table ${TABLE} is 'no-tenant: which key encrypted this database';`);
  for (const [service, key] of keys) {
    await client.query(`insert into ${TABLE} (service, fingerprint) values ($1, $2) on conflict do nothing`, [
      service,
      fingerprint(key),
    ]);
  }
  await client.query('commit');
}
