import { isExecutable } from './embedded/processes.ts';
import { listOf } from './list-of.ts';
import { encryptionKeyName, isExposed, sealingNames, secretsFile, variablePrefix } from './secrets-file.ts';
import type { Settings } from './settings.ts';
import { trustedProxies } from './trust-proxy.ts';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

const is32Bytes = (base64: string): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && Buffer.from(base64, 'base64').length === 32;

/** What is wrong wherever Tidegate runs. */
export function checkForm(settings: Settings, env: NodeJS.ProcessEnv, problems: string[]): void {
  if (!/^https?:$/.test(protocolOf(settings.publicUrl))) {
    problems.push(`PUBLIC_URL must look like https://tidegate.example.com, not "${settings.publicUrl}"`);
  }
  for (const server of settings.nats.servers) {
    if (server !== '' && !/^(nats|tls):$/.test(protocolOf(server))) {
      problems.push(`NATS_URL must look like nats://host:4222 or tls://host:4222, not "${server}"`);
    }
  }
  const server = env['NATS_SERVER'];
  if (server && !isExecutable(server)) problems.push(`NATS_SERVER names ${server}, which cannot be executed`);
  const { problem } = trustedProxies(env['TRUST_PROXY']);
  if (problem) problems.push(problem);
  const level = env['LOG_LEVEL'];
  if (level && !LOG_LEVELS.includes(level)) problems.push(`LOG_LEVEL must be ${LOG_LEVELS.join(', ')}, not "${level}"`);
  for (const [service, ring] of Object.entries(settings.encryptionKeys)) {
    const keys = ring();
    if (keys.length > 0 && keys.every(is32Bytes)) continue;
    const several = keys.length > 1 ? 'each, separated by commas ' : '';
    problems.push(`${encryptionKeyName(service)} must be 32 bytes in base64 ${several}(openssl rand -base64 32)`);
  }
  for (const [member, pair] of Object.entries(settings.sealing)) {
    const [publicName, privateName] = sealingNames(member);
    for (const [name, key] of [
      [publicName, pair.publicKey],
      [privateName, pair.privateKey],
    ] as const) {
      if (key !== '' && !is32Bytes(key)) problems.push(`${name} must be an X25519 key: 32 bytes in base64`);
    }
  }
}

/** Loopback, and the servers of which somebody said that they are on a network of this machine alone. */
export const isOnThisMachine = (host: string, env: NodeJS.ProcessEnv): boolean =>
  LOOPBACK.test(host) || localHosts(env).includes(host);
export const localHosts = (env: NodeJS.ProcessEnv): string[] => listOf(env['LOCAL_HOSTS']);

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');

/** What is fine on one's own machine, and not in front of customers. */
export function checkProduction(settings: Settings, env: NodeJS.ProcessEnv, problems: string[]): void {
  if (!settings.production || LOOPBACK.test(hostOf(settings.publicUrl))) return;
  if (env['ALLOW_INSECURE'] !== 'true') checkTransport(settings, env, problems);
  if (isExposed(secretsFile(settings.dataDir))) {
    const file = secretsFile(settings.dataDir);
    problems.push(`${file} can be read by others: chmod 600 ${file}`);
  }
  for (const [name, secret] of secretsOf(settings)) {
    if (secret !== '' && isWeak(secret)) {
      problems.push(`${name} is too weak for production: openssl rand -base64 32 makes a good one`);
    }
  }
}

function checkTransport(settings: Settings, env: NodeJS.ProcessEnv, problems: string[]): void {
  const { publicUrl, database, nats } = settings;
  const tunnel = 'ALLOW_INSECURE=true if a tunnel protects it';
  const unless = `(${tunnel}, LOCAL_HOSTS if its network is this machine’s alone)`;
  if (!publicUrl.startsWith('https://')) problems.push(`PUBLIC_URL must begin with https:// in production (${tunnel})`);
  if (database.adminUrl && !isOnThisMachine(database.host, env) && !database.ssl) {
    problems.push(`DATABASE_SSL must be true for a database on another machine in production ${unless}`);
  }
  for (const server of nats.servers) {
    if (!isOnThisMachine(hostOf(server), env) && protocolOf(server) === 'nats:') {
      problems.push(`NATS_URL must be tls://… for a server on another machine in production ${unless}`);
    }
  }
}

function secretsOf({ callerSecret, metricsToken, database, nats }: Settings): [name: string, value: string][] {
  const roles = Object.entries(database.roles).map(([service, { password }]): [string, string] => [
    `${variablePrefix(service)}_DATABASE_PASSWORD`,
    password,
  ]);
  const users = Object.entries(nats.users).map(([service, { password }]): [string, string] => [
    `NATS_${variablePrefix(service)}_PASSWORD`,
    password,
  ]);
  return [['CALLER_SECRET', callerSecret], ['METRICS_TOKEN', metricsToken], ...roles, ...users];
}

export const isWeak = (secret: string): boolean => secret.length < 20 || new Set(secret).size < 10;
