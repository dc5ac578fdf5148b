import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { type Patience, persist } from '@tidegate/runtime/persist';
import { encryptionKeyName } from '@tidegate/runtime/secrets-file';
import { schemaOf } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';
import { masterKeyId } from '@tidegate/vault/master-keys';
import type pg from 'pg';
import { say } from './kernel/installation.ts';
import { isThere, withClient } from './kernel/with-client.ts';

/*
 * Checks for all services at once, before any of them starts, that the master keys belong to this database. Each service
 * also refuses a wrong ring by itself (Vault.prepare).
 */
export interface WrongKey {
  variable: string;
  expected: string;
  given: string;
}

export const waitForDatabase = ({ database, startTimeoutMs }: Settings): Patience => ({
  what: `PostgreSQL at ${database.host}:${database.port}`,
  until: performance.now() + startTimeoutMs,
  fix: 'npx tidegate doctor; on a slow machine a larger START_TIMEOUT_SECONDS',
  report: say,
});

/** Throws when the keys are not those that the database knows; a new database knows none. */
export async function checkKeys(settings: Settings): Promise<void> {
  const wrong = await persist(() => findWrongKeys(settings), waitForDatabase(settings));
  if (wrong.length === 0) return;
  const lines = wrong.map(({ variable, expected, given }) => `${variable} has key id ${given}, not ${expected}`);
  throw new Error(
    `The secrets in this database were encrypted with another key:\n  ${lines.join('\n  ')}\n  Fix: restore the secrets.json (or set the variables) that belong to this database.`,
  );
}

export async function findWrongKeys(settings: Settings): Promise<WrongKey[]> {
  return withClient({ connectionString: settings.database.adminUrl }, async (client) => {
    const wrong: WrongKey[] = [];
    for (const [service, ring] of Object.entries(settings.encryptionKeys)) {
      const expected = await readCurrent(client, service as ServiceName);
      const given = ring().map(masterKeyId);
      if (expected === undefined || given.includes(expected)) continue;
      wrong.push({ variable: encryptionKeyName(service), expected, given: given.join(', ') });
    }
    return wrong;
  });
}

async function readCurrent(client: pg.Client, service: ServiceName): Promise<string | undefined> {
  const table = `${schemaOf(service)}.master_keys`;
  if (!(await isThere(client, table))) return undefined;
  const { rows } = await client.query<{ id: string }>(`select id from ${table} where is_current`);
  return rows[0]?.id;
}
