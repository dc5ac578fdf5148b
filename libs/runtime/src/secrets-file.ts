import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { generateSealingKeys } from '@tidegate/vault/seal-box';

/** `monitor-agent` → `MONITOR_AGENT`: how a service is called in names of variables. */
export const variablePrefix = (service: string): string => service.toUpperCase().replaceAll('-', '_');

/** Services that keep secrets of others at rest. */
export const SEALING_SERVICES: readonly ServiceName[] = ['identity', 'monitor-agent', 'bot-executor', 'notifier'];

/** Who seals and opens on the bus: every service, and the operator's CLI. */
export const BUS_MEMBERS = [...SERVICE_NAMES, 'platform'] as const;

export type Secrets = Record<string, string>;

const password = (): string => randomBytes(24).toString('base64url');
const key = (): string => randomBytes(32).toString('base64');

export function readSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}. Restore it from a backup; do not delete it.`);
  }
}

/** Generates what is missing and never changes what is there. Answers the secrets and whether any was new. */
export function ensureSecrets(dataDir: string): { secrets: Secrets; first: boolean } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const before = readSecrets(dataDir);
  const secrets: Secrets = { ...generate(before), ...before };
  if (Object.keys(secrets).length !== Object.keys(before).length) {
    const file = join(dataDir, 'secrets.json');
    // Written aside and renamed: a crash in between leaves the old file whole.
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
  }
  return { secrets, first: before['ADMIN_PASSWORD'] === undefined };
}

function generate(before: Secrets): Secrets {
  const made: Secrets = {
    POSTGRES_PASSWORD: password(),
    NATS_PLATFORM_PASSWORD: password(),
    CALLER_SECRET: key(),
    METRICS_TOKEN: password(),
    MONITOR_PLATFORM_PASSWORD: password(),
    ADMIN_PASSWORD: password(),
  };
  for (const service of SERVICE_NAMES) {
    made[`${variablePrefix(service)}_DATABASE_PASSWORD`] = password();
    made[`NATS_${variablePrefix(service)}_PASSWORD`] = password();
  }
  for (const service of SEALING_SERVICES) made[`${variablePrefix(service)}_ENCRYPTION_KEY`] = key();
  for (const member of BUS_MEMBERS) {
    // The two halves belong together: never mix an old one with a new one.
    if (before[`${variablePrefix(member)}_SEALING_PUBLIC_KEY`]) continue;
    const pair = generateSealingKeys();
    made[`${variablePrefix(member)}_SEALING_PUBLIC_KEY`] = pair.publicKey;
    made[`${variablePrefix(member)}_SEALING_PRIVATE_KEY`] = pair.privateKey;
  }
  return made;
}
