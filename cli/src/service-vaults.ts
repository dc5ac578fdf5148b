import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { encryptionKeyName, SEALING_SERVICES, secretsFile } from '@tidegate/runtime/secrets-file';
import { schemaOf } from '@tidegate/runtime/service';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { Vault } from '@tidegate/vault/vault';
import { externalUrl } from './external-servers.ts';
import { dataDirOf } from './kernel/installation.ts';
import { runningAdminUrl } from './versions.ts';

/** Where a service's master keys stand. */
export interface KeySource {
  /** Named as the operator knows it. */
  where: string;
  /** True when the keys are this installation's alone, in its secrets.json: then the CLI may change them. */
  ours: boolean;
  /** How a key is added by hand, when they are not ours. */
  add: string;
}

export interface ServiceVault {
  service: ServiceName;
  tenants: TenantDatabase;
  vault: Vault;
  source: KeySource;
}

/** The services that keep secrets: all of them, or the one that is named. */
export function sealingServices(name: string | undefined): readonly ServiceName[] {
  if (name === undefined) return SEALING_SERVICES;
  const found = SEALING_SERVICES.find((service) => service === name);
  if (!found) throw new Error(`No service ${name} keeps secrets. Services: ${SEALING_SERVICES.join(', ')}`);
  return [found];
}

/** Settings of an installation whose database answers, its services running or not. */
export async function vaultSettings(env = process.env): Promise<Settings> {
  const dataDir = dataDirOf(env);
  const url = await runningAdminUrl(dataDir, env);
  if (!url) throw new Error(`PostgreSQL does not run on ${dataDir}.\n  Fix: npm start, or set DATA_DIR.`);
  return loadSettings({ NATS_URL: 'nats://localhost', ...env, DATA_DIR: dataDir, DATABASE_URL: url }, []);
}

/** Connects as the service itself does, with what it may see. */
export async function withVault<T>(
  settings: Settings,
  service: ServiceName,
  work: (opened: ServiceVault) => Promise<T>,
): Promise<T> {
  const { host, port, name, ssl, roles } = settings.database;
  const ring = settings.encryptionKeys[service];
  if (!ring) throw new Error(`${encryptionKeyName(service)} is missing: set it as the service has it.`);
  const database = { host, port, ssl, database: name, schema: schemaOf(service), poolSize: 2, ...roles[service] };
  const dataSource = await connectDatabase(database);
  try {
    const source = keySource(settings.dataDir, service);
    return await work({ service, tenants: new TenantDatabase(dataSource), vault: new Vault(ring), source });
  } finally {
    await dataSource.destroy();
  }
}

const NEW_KEY = '$(openssl rand -base64 32)';

function keySource(dataDir: string, service: ServiceName, env = process.env): KeySource {
  const name = encryptionKeyName(service);
  const file = env[`${name}_FILE`];
  if (env[name]) {
    const add = `export ${name}="$${name},${NEW_KEY}", here and where ${service} runs, and start ${service} again`;
    return { where: 'the environment', ours: false, add };
  }
  if (file) return { where: file, ours: false, add: `printf ',%s' "${NEW_KEY}" >> ${file}` };
  const where = secretsFile(dataDir);
  const add = `add ",${NEW_KEY}" to ${name} in secrets.json on every machine that uses this database`;
  return { where, ours: !externalUrl('DATABASE_URL', dataDir, env), add };
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
