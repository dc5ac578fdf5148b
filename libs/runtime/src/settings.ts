import { join, resolve } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { readVariable } from './config.ts';
import { BUS_MEMBERS, readSecrets, SEALING_SERVICES, variablePrefix } from './secrets-file.ts';
import { schemaOf } from './service.ts';

export interface Login {
  user: string;
  password: string;
}

/** What the whole installation shares. A service's own settings are in its `Config` class. */
export interface Settings {
  port: number;
  host: string;
  /** Port of health and metrics in a process without the gateway; chosen free when absent. */
  healthPort: number | undefined;
  dataDir: string;
  roles: ServiceName[];
  publicUrl: string;
  production: boolean;
  /** True when Tidegate runs its own PostgreSQL and nats-server: the single-server mode. */
  embedded: boolean;
  database: {
    adminUrl: string | undefined;
    host: string;
    port: number;
    name: string;
    ssl: boolean;
    roles: Record<ServiceName, Login>;
  };
  nats: { servers: string[]; users: Record<ServiceName | 'platform', Login>; replicas: number };
  encryptionKeys: Partial<Record<ServiceName, string>>;
  sealing: Record<string, { publicKey: string; privateKey: string }>;
  callerSecret: string;
  metricsToken: string;
  adminPasswordFile: string;
  otlpEndpoint: string | undefined;
}

/** Names, meanings and defaults, for docs/configuration.md. */
export const PLATFORM_VARIABLES: readonly [name: string, fallback: string, meaning: string][] = [
  ['PORT', '3000', 'Port of the gateway: REST, console, health and metrics'],
  ['HOST', '127.0.0.1', 'Address that the gateway listens on; 0.0.0.0 behind a reverse proxy in a container'],
  ['PUBLIC_URL', 'http://localhost:$PORT', 'How customers reach the gateway; issuer of access tokens'],
  ['DATA_DIR', '.data', 'Everything that must survive: secrets, database, streams, logs'],
  ['ROLES', 'all', 'Which services this process hosts: all, or names separated by commas'],
  ['HEALTH_PORT', 'chosen free', 'Port of health and metrics in a process without the gateway'],
  ['ADMIN_PASSWORD_FILE', '$DATA_DIR/admin-password', 'Where the first password of admin@localhost is written (0600)'],
  ['DATABASE_URL', 'embedded PostgreSQL', 'postgresql://user:password@host:port/name of a role that may create roles'],
  ['DATABASE_SSL', 'false', 'true: TLS to the database, with its certificate verified'],
  ['NATS_URL', 'embedded nats-server', 'nats://host:port, several separated by commas'],
  ['NATS_REPLICAS', '1', 'Copies of each stream; 3 on a cluster'],
  ['LOG_LEVEL', 'info', 'debug, info, warn or error'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'off', 'URL that traces are sent to (OTLP over HTTP)'],
  ['TRUST_PROXY', 'none', 'Addresses or CIDRs of reverse proxies whose X-Forwarded-For is believed'],
  ['ALLOW_INSECURE', 'false', 'true: lets production run without https in PUBLIC_URL'],
];

type Problems = string[];

/** Environment variable, then `<NAME>_FILE`, then `$DATA_DIR/secrets.json`. All problems are reported at once. */
export function loadSettings(env: NodeJS.ProcessEnv): Settings {
  const problems: Problems = [];
  const dataDir = resolve(env['DATA_DIR'] || '.data');
  const secrets = readSecrets(dataDir);
  const get = (name: string): string | undefined => readVariable(env, name) ?? secrets[name];
  const need = (name: string): string => {
    const value = get(name);
    if (value === undefined)
      problems.push(`${name} is missing: set it, ${name}_FILE, or let \`npm start\` generate it`);
    return value ?? '';
  };
  const port = integer(get('PORT') ?? '3000', 'PORT', 1, 65_535, problems);
  const settings: Settings = {
    port,
    host: get('HOST') ?? '127.0.0.1',
    healthPort: get('HEALTH_PORT') ? integer(get('HEALTH_PORT') ?? '', 'HEALTH_PORT', 0, 65_535, problems) : undefined,
    dataDir,
    roles: parseRoles(get('ROLES') ?? 'all', problems),
    publicUrl: get('PUBLIC_URL') ?? `http://localhost:${port}`,
    production: env['NODE_ENV'] === 'production',
    embedded: env['TIDEGATE_EMBEDDED'] === 'true',
    database: {
      ...parseDatabase(need('DATABASE_URL'), problems),
      ssl: get('DATABASE_SSL') === 'true',
      roles: databaseRoles(need),
    },
    nats: {
      servers: need('NATS_URL').split(','),
      users: natsUsers(need),
      replicas: integer(get('NATS_REPLICAS') ?? '1', 'NATS_REPLICAS', 1, 5, problems),
    },
    encryptionKeys: Object.fromEntries(
      SEALING_SERVICES.map((service) => [service, need(`${variablePrefix(service)}_ENCRYPTION_KEY`)]),
    ),
    sealing: Object.fromEntries(
      BUS_MEMBERS.map((member) => [
        member,
        {
          publicKey: need(`${variablePrefix(member)}_SEALING_PUBLIC_KEY`),
          privateKey: need(`${variablePrefix(member)}_SEALING_PRIVATE_KEY`),
        },
      ]),
    ),
    callerSecret: need('CALLER_SECRET'),
    metricsToken: need('METRICS_TOKEN'),
    adminPasswordFile: resolve(get('ADMIN_PASSWORD_FILE') ?? join(dataDir, 'admin-password')),
    otlpEndpoint: get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
  };
  checkProduction(settings, env, problems);
  if (problems.length > 0) {
    throw new Error(
      `The settings have ${problems.length} problem(s):\n  ${problems.join('\n  ')}\nSee docs/configuration.md.`,
    );
  }
  return settings;
}

function integer(text: string, name: string, least: number, most: number, problems: Problems): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  problems.push(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
  return least;
}

export function parseRoles(text: string, problems: Problems): ServiceName[] {
  if (text === 'all') return [...SERVICE_NAMES];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !SERVICE_NAMES.includes(name as ServiceName));
  if (unknown.length > 0)
    problems.push(`ROLES: there is no ${unknown.join(', ')}. Services: ${SERVICE_NAMES.join(', ')}`);
  return names.filter((name): name is ServiceName => SERVICE_NAMES.includes(name as ServiceName));
}

function parseDatabase(url: string, problems: Problems) {
  if (url !== '' && !URL.canParse(url))
    problems.push('DATABASE_URL is not a URL: postgresql://user:password@host:port/name');
  const parsed = new URL(URL.canParse(url) ? url : 'postgresql://localhost/tidegate');
  return {
    adminUrl: url || undefined,
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    name: decodeURIComponent(parsed.pathname.slice(1)) || 'tidegate',
  };
}

function databaseRoles(need: (name: string) => string): Record<ServiceName, Login> {
  const login = (service: ServiceName): Login => ({
    user: schemaOf(service),
    password: service === 'gateway' ? '' : need(`${variablePrefix(service)}_DATABASE_PASSWORD`),
  });
  return Object.fromEntries(SERVICE_NAMES.map((service) => [service, login(service)])) as Record<ServiceName, Login>;
}

function natsUsers(need: (name: string) => string): Record<ServiceName | 'platform', Login> {
  const names = [...SERVICE_NAMES, 'platform'] as const;
  return Object.fromEntries(
    names.map((name) => [name, { user: name, password: need(`NATS_${variablePrefix(name)}_PASSWORD`) }]),
  ) as Record<ServiceName | 'platform', Login>;
}

/** What is fine on one's own machine and is not in front of customers. */
function checkProduction(settings: Settings, env: NodeJS.ProcessEnv, problems: Problems): void {
  const local = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(settings.publicUrl);
  if (!settings.production || local) return;
  if (!settings.publicUrl.startsWith('https://') && env['ALLOW_INSECURE'] !== 'true') {
    problems.push('PUBLIC_URL must begin with https:// in production (or set ALLOW_INSECURE=true behind a tunnel)');
  }
  if (settings.callerSecret.length < 32) problems.push('CALLER_SECRET must have 32 characters or more in production');
}
