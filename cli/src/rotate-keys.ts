import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { changeKeys, encryptionKeyName, makeKey } from '@tidegate/runtime/secrets-file';
import { retireMasterKeys, rotateMasterKey } from '@tidegate/vault/key-rotation';
import { masterKeyId } from '@tidegate/vault/master-keys';
import { resealDerived } from '@tidegate/vault/reseal';
import pg from 'pg';
import { loadServices } from './roles.ts';
import { count, type ServiceVault, vaultSettings, withVault } from './service-vaults.ts';

/*
 * Creates a new master key per service while the services run. The key is added to the ring before the database uses it,
 * and the old one leaves the ring only when the database no longer needs it. Interrupted anywhere, the same command
 * continues where it stopped (key-rotation.ts).
 */
const LOCK = 7_318_204_912;

export async function rotateKeys(services: readonly ServiceName[]): Promise<void> {
  const settings = await vaultSettings();
  await alone(settings.database.adminUrl, async () => {
    for (const service of services) {
      const lines = await withVault(settings, service, (opened) => rotate(opened, settings.dataDir));
      process.stdout.write(`${service}\n${lines.map((line) => `  ${line}\n`).join('')}`);
    }
  });
}

/** Two rotations at once would each add a key to the file and remove the other's; two imports would meet half-way. */
export async function alone<T>(adminUrl: string | undefined, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  // When it breaks, the work that follows fails and reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ first: boolean }>('select pg_try_advisory_lock($1) as first', [LOCK]);
    if (!rows[0]?.first)
      throw new Error(
        'A rotation of keys, an import or a removal runs on this database already.\n  Fix: wait until it has ended.',
      );
    return await work();
  } finally {
    await client.end();
  }
}

/** Returns what was done, for the operator. */
async function rotate(opened: ServiceVault, dataDir: string): Promise<string[]> {
  const { service, tenants, vault, source } = opened;
  await vault.prepare(tenants);
  const unreadable = await resealOld(opened);
  const makeNew = async (): Promise<string> => {
    if (!source.ours) throw new Error(byHand(opened));
    const key = makeKey();
    changeKeys(dataDir, service, (ring) => [...ring, key]);
    return masterKeyId(key);
  };
  const { current, rewrapped, resumed } = await rotateMasterKey(tenants, vault.masterKeys, makeNew);
  const retired = await retireMasterKeys(tenants);
  const unneeded = vault.masterKeys.ids().filter((id) => retired.includes(id));
  if (source.ours && unneeded.length > 0) {
    changeKeys(dataDir, service, (ring) => ring.filter((key) => !unneeded.includes(masterKeyId(key))));
  }
  return [
    ...(resumed ? ['went on with a rotation that had been interrupted'] : []),
    ...unreadable.map((place) => `cannot be read with any key and was left: ${place}`),
    `${current} wraps now; ${count(rewrapped, 'data key')} re-wrapped`,
    ...unneeded.map((id) =>
      source.ours ? `${id} removed from ${source.where}` : `${id} may be removed from ${source.where}`,
    ),
  ];
}

/** Texts from before data keys are sealed with the master key itself: they must not lose it. */
async function resealOld({ service, tenants, vault }: ServiceVault): Promise<string[]> {
  const [definition] = await loadServices([service]);
  const unreadable: string[] = [];
  await resealDerived({ tenants, vault }, definition?.secrets ?? [], ({ table, column, recordId }) =>
    unreadable.push(`${table}.${column} of ${recordId}`),
  );
  return unreadable;
}

function byHand({ service, source, vault }: ServiceVault): string {
  return [
    `${encryptionKeyName(service)} is kept in ${source.where}, which is yours to change. It has ${count(vault.masterKeys.ids().length, 'key')} and no unused one; nothing was changed.`,
    `  Fix: 1. ${source.add}`,
    `       2. npx tidegate keys rotate ${service}: re-wraps with the new key and tells which old one may go`,
  ].join('\n');
}
