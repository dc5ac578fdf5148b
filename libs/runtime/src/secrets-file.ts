import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { generateSealingKeys } from '@tidegate/vault/seal-box';
import { listOf } from './list-of.ts';

/** `monitor-agent` → `MONITOR_AGENT`: how a service is called in names of variables. */
export const variablePrefix = (service: string): string => service.toUpperCase().replaceAll('-', '_');

/** Services that keep secrets of others at rest. */
export const SEALING_SERVICES: readonly ServiceName[] = [
  'identity',
  'monitor-agent',
  'bot-executor',
  'notifier',
  'billing',
];

/** Who seals and opens secrets on the bus: every service, and the operator's CLI. */
export const BUS_MEMBERS = [...SERVICE_NAMES, 'platform'] as const;

export type Secrets = Record<string, string>;

export const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

/** True when others than its owner may read it. */
export function isExposed(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
}

export function readSecrets(dataDir: string): Secrets {
  const file = secretsFile(dataDir);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'it belongs to another user' : 'it is damaged';
    const fix =
      reason === 'it is damaged'
        ? 'restore it from a backup; do not delete it, what it encrypted would be lost'
        : 'start as the user who started it first, or chown the data folder';
    throw new Error(`${file} cannot be read: ${reason}.\n  Fix: ${fix}.`, { cause: error });
  }
}

/**
 * Generates what neither the environment (`given`) nor the file has, and never changes what exists. Returns the content
 * of the file.
 */
export function ensureSecrets(dataDir: string, given: (name: string) => boolean = () => false): Secrets {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const before = readSecrets(dataDir);
  const has = (name: string): boolean => before[name] !== undefined || given(name);
  const made = Object.entries(generate(has)).filter(([name]) => !has(name));
  if (made.length === 0) return before;
  const secrets: Secrets = { ...before, ...Object.fromEntries(made) };
  writeSecrets(dataDir, secrets);
  return secrets;
}

/**
 * Written to a temporary file and renamed, so that a crash leaves the old file intact. Once this returns the secrets
 * survive a power failure, so that they may be used. The file keeps its owner when root writes it.
 */
export function writeSecrets(dataDir: string, secrets: Secrets): void {
  const file = secretsFile(dataDir);
  const before = statSync(file, { throwIfNoEntry: false });
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  chmodSync(`${file}.new`, 0o600);
  if (before && before.uid !== process.getuid?.()) chownSync(`${file}.new`, before.uid, before.gid);
  renameSync(`${file}.new`, file);
  const folder = openSync(dataDir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Of a key ring: its keys are a list. */
export const encryptionKeyName = (service: string): string => `${variablePrefix(service)}_ENCRYPTION_KEY`;

/** Changes the ring of one service in the file and nothing else. */
export function changeKeys(dataDir: string, service: string, change: (keys: string[]) => string[]): void {
  const secrets = readSecrets(dataDir);
  const name = encryptionKeyName(service);
  writeSecrets(dataDir, { ...secrets, [name]: change(listOf(secrets[name])).join(',') });
}

export const makePassword = (): string => randomBytes(24).toString('base64url');
export const makeKey = (): string => randomBytes(32).toString('base64');

/** A new value of each, for an installation that keeps them elsewhere. */
export const makeSecrets = (): Secrets => generate(() => false);

function generate(has: (name: string) => boolean): Secrets {
  const made: Secrets = {
    POSTGRES_PASSWORD: makePassword(),
    NATS_PLATFORM_PASSWORD: makePassword(),
    CALLER_SECRET: makeKey(),
    METRICS_TOKEN: makePassword(),
    MONITOR_PLATFORM_PASSWORD: makePassword(),
  };
  for (const service of SERVICE_NAMES) {
    if (service !== 'gateway') made[`${variablePrefix(service)}_DATABASE_PASSWORD`] = makePassword();
    made[`NATS_${variablePrefix(service)}_PASSWORD`] = makePassword();
  }
  for (const service of SEALING_SERVICES) made[encryptionKeyName(service)] = makeKey();
  for (const member of BUS_MEMBERS) {
    const [publicName, privateName] = sealingNames(member);
    // The two halves belong together: never a new one with an old one.
    if (has(publicName) || has(privateName)) continue;
    const pair = generateSealingKeys();
    made[publicName] = pair.publicKey;
    made[privateName] = pair.privateKey;
  }
  return made;
}

/** Of a member's login at the bus. Its name is the member's own unless a rotation gave it another. */
export const natsNames = (member: string): [user: string, password: string] => [
  `NATS_${variablePrefix(member)}_USER`,
  `NATS_${variablePrefix(member)}_PASSWORD`,
];

export const sealingNames = (member: string): [publicKey: string, privateKey: string] => [
  `${variablePrefix(member)}_SEALING_PUBLIC_KEY`,
  `${variablePrefix(member)}_SEALING_PRIVATE_KEY`,
];
