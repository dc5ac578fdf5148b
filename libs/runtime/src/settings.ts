import { join, resolve } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '@tidegate/contracts/kernel/service-names';

import { type DatabaseLimits, DEFAULT_LIMITS } from '@tidegate/database/limits';

import { DEFAULT_MESSAGING_LIMITS, type MessagingLimits } from '@tidegate/messaging/limits';
import { type Destination, readDsn } from '@tidegate/telemetry/dsn';
import type { ReadRing } from '@tidegate/vault/master-keys';
import { readVariable } from './config.ts';
import { CurrentSecrets } from './current-secrets.ts';
import type { RoomLimits } from './disk-room.ts';
import { asksForRoom, readDiskRoom } from './disk-settings.ts';
import type { LicenceFiles } from './licence/installation-licence.ts';
import { listOf } from './list-of.ts';
import {
  BUS_MEMBERS,
  encryptionKeyName,
  natsNames,
  readSecrets,
  SEALING_SERVICES,
  sealingNames,
  variablePrefix,
} from './secrets-file.ts';
import { schemaOf } from './service.ts';
import { checkForm, checkProduction } from './settings-checks.ts';
import { SettingsReader } from './settings-reader.ts';
import { START_TIMEOUT_SECONDS } from './settings-variables.ts';

export interface Login {
  user: string;
  password: string;
}

export type Mode = 'development' | 'production';

/** What the whole installation shares. A service's own settings are in its `Config` class. */
export interface Settings {
  port: number;
  host: string;
  /** Port of health and metrics in a process without the gateway; chosen free when absent. */
  healthPort: number | undefined;
  dataDir: string;
  roles: ServiceName[];
  publicUrl: string;
  mode: Mode;
  /** Whether the mode is production. */
  production: boolean;
  /** True when Tidegate runs its own PostgreSQL and nats-server: the single-server mode. */
  embedded: boolean;
  database: {
    adminUrl: string | undefined;
    host: string;
    port: number;
    name: string;
    ssl: boolean;
    limits: DatabaseLimits;
    roles: Record<ServiceName, Login>;
  };
  nats: {
    servers: string[];
    monitorUrl: string | undefined;
    users: Record<ServiceName | 'platform', Login>;
    replicas: number;
    limits: MessagingLimits;
  };
  /** Master keys of secrets at rest. A ring is read at each call, because a rotation adds to it while services run. */
  encryptionKeys: Partial<Record<ServiceName, ReadRing>>;
  sealing: Record<string, { publicKey: string; privateKey: string }>;
  /** What may change while services run. */
  secrets: CurrentSecrets;
  callerSecret: string;
  metricsToken: string;
  adminPasswordFile: string;
  /** Undefined: no traces are made. */
  tracing: { endpoint: string | undefined; namespace: string } | undefined;
  /** Where unexpected errors are sent, if anywhere. */
  errorReports: { to: Destination; environment: string } | undefined;
  /** Files of the licence of this installation, where it has one. */
  licence: LicenceFiles;
  /** What is watched of the disk; undefined where nobody said that the servers keep their data here. */
  diskRoom?: RoomLimits | undefined;
  /** How long a start waits for its servers. */
  startTimeoutMs: number;
  /** How long a stop still takes requests while it says that it is not ready. */
  stopDelayMs: number;
}

/** For code that runs before all settings can be read; `loadSettings` reports an invalid value. */
export const startTimeoutMs = (env: NodeJS.ProcessEnv): number =>
  1_000 * (Number(readVariable(env, 'START_TIMEOUT_SECONDS')) || START_TIMEOUT_SECONDS);

/**
 * What the settings are for, which decides what is required: a process that hosts services needs only their secrets;
 * migrations need every role's password; the operator's commands need the platform's.
 */
export type Purpose = 'host' | 'migrate' | 'operate';

/** Environment variable, then `<NAME>_FILE`, then `$DATA_DIR/secrets.json`. All problems are reported at once. */
export function loadSettings(env: NodeJS.ProcessEnv, purposes: readonly Purpose[] = ['host']): Settings {
  const dataDir = resolve(env['DATA_DIR'] || '.data');
  const reader = new SettingsReader(env, readSecrets(dataDir));
  const port = reader.integer('PORT', 3_000, 1, 65_535);
  const host = reader.get('HOST') ?? '127.0.0.1';
  const publicUrl = (reader.get('PUBLIC_URL') ?? `http://${placeInUrl(host)}:${port}`).replace(/\/+$/, '');
  const mode = readMode(reader, publicUrl);
  const roles = parseRoles(reader.get('ROLES') ?? 'all', reader.problems);
  const forWhat = { roles, host: purposes.includes('host'), migrate: purposes.includes('migrate') };
  const operate = purposes.includes('operate');
  const settings: Settings = {
    port,
    host,
    healthPort: reader.get('HEALTH_PORT') ? reader.integer('HEALTH_PORT', 0, 0, 65_535) : undefined,
    dataDir,
    roles,
    publicUrl,
    mode,
    production: mode === 'production',
    embedded: env['TIDEGATE_EMBEDDED'] === 'true',
    database: readDatabase(reader, forWhat),
    nats: {
      servers: reader.need('NATS_URL').split(','),
      monitorUrl: reader.get('NATS_MONITOR_URL'),
      users: readNatsUsers(reader, forWhat, operate),
      replicas: reader.integer('NATS_REPLICAS', 1, 1, 5),
      limits: readMessagingLimits(reader),
    },
    encryptionKeys: readEncryptionKeys(reader, forWhat, () => new SettingsReader(env, readSecrets(dataDir))),
    sealing: readSealing(reader, forWhat, operate),
    secrets: new CurrentSecrets(env, dataDir),
    callerSecret: reader.read('CALLER_SECRET', forWhat.host || operate),
    metricsToken: reader.read('METRICS_TOKEN', forWhat.host),
    adminPasswordFile: resolve(env['ADMIN_PASSWORD_FILE'] || join(dataDir, 'admin-password')),
    tracing: readTracing(reader),
    errorReports: readErrorReports(reader, mode),
    licence: { licence: env['LICENCE_FILE'] || undefined, key: env['LICENCE_KEY_FILE'] || undefined },
    diskRoom: readDiskRoom(reader, { env, dataDir, asks: forWhat.host && roles.some(asksForRoom) }),
    startTimeoutMs: 1_000 * reader.integer('START_TIMEOUT_SECONDS', START_TIMEOUT_SECONDS, 1, 86_400),
    stopDelayMs: 1_000 * reader.integer('STOP_DELAY_SECONDS', 0, 0, 10),
  };
  checkForm(settings, env, reader.problems);
  checkProduction(settings, env, reader.problems);
  reader.refuse();
  return settings;
}

/** What is served over https has customers, unless set otherwise. */
function readMode(reader: SettingsReader, publicUrl: string): Mode {
  const given = reader.get('TIDEGATE_MODE') ?? '';
  if (given === 'production' || given === 'development') return given;
  if (given !== '') reader.problems.push(`TIDEGATE_MODE must be production or development, not "${given}"`);
  return reader.get('NODE_ENV') === 'production' || publicUrl.startsWith('https://') ? 'production' : 'development';
}

/** A server that listens on one address only is not found at `localhost`. */
function placeInUrl(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

interface ForWhat {
  roles: readonly ServiceName[];
  host: boolean;
  migrate: boolean;
}

export function parseRoles(text: string, problems: string[]): ServiceName[] {
  if (text === 'all') return [...SERVICE_NAMES];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !SERVICE_NAMES.includes(name as ServiceName));
  if (unknown.length > 0) {
    problems.push(`ROLES: there is no "${unknown.join('", "')}". Services: all, ${SERVICE_NAMES.join(', ')}`);
  }
  return SERVICE_NAMES.filter((name) => names.includes(name));
}

const hosts = ({ host, roles }: ForWhat, service: ServiceName): boolean => host && roles.includes(service);

function readDatabase(reader: SettingsReader, what: ForWhat): Settings['database'] {
  const needed = what.migrate || (what.host && what.roles.some((role) => role !== 'gateway'));
  const url = reader.read('DATABASE_URL', needed);
  const valid = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url);
  if (url !== '' && !valid) {
    reader.problems.push('DATABASE_URL must look like postgresql://user:password@host:port/name');
  }
  const parsed = new URL(valid ? url : 'postgresql://localhost/tidegate');
  const login = (service: ServiceName): Login => {
    const own = service !== 'gateway' && (what.migrate || hosts(what, service));
    return {
      user: schemaOf(service),
      password: service === 'gateway' ? '' : reader.read(`${variablePrefix(service)}_DATABASE_PASSWORD`, own),
    };
  };
  return {
    adminUrl: url && reader.flag('DATABASE_SSL') ? withTls(parsed) : url || undefined,
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    name: decodeURIComponent(parsed.pathname.slice(1)) || 'tidegate',
    ssl: reader.flag('DATABASE_SSL'),
    limits: {
      poolSize: reader.integer('DATABASE_POOL_SIZE', DEFAULT_LIMITS.poolSize, 2, 1_000),
      waitMs: reader.integer('DATABASE_WAIT_MS', DEFAULT_LIMITS.waitMs, 100, 60_000),
      statementMs: reader.integer('DATABASE_STATEMENT_MS', DEFAULT_LIMITS.statementMs, 1_000, 3_600_000),
      silenceMs: reader.integer('DATABASE_SILENCE_MS', DEFAULT_LIMITS.silenceMs, 500, 60_000),
      idleMs: DEFAULT_LIMITS.idleMs,
      openingMs: DEFAULT_LIMITS.openingMs,
    },
    roles: forEachOf(SERVICE_NAMES, login),
  };
}

/** The role that migrates is asked for its password only by the server that is meant, as those of the services are. */
function withTls(url: URL): string {
  if (!url.searchParams.has('sslmode')) url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}

function readMessagingLimits(reader: SettingsReader): MessagingLimits {
  const { fetch, inFlight, outboxLeaseSeconds } = DEFAULT_MESSAGING_LIMITS;
  return {
    fetch: reader.integer('EVENTS_FETCH', fetch, 1, 2_000),
    inFlight: reader.integer('EVENTS_IN_FLIGHT', inFlight, 1, 2_000),
    outboxLeaseSeconds: reader.integer('OUTBOX_LEASE_SECONDS', outboxLeaseSeconds, 2, 60),
  };
}

function readNatsUsers(reader: SettingsReader, what: ForWhat, operate: boolean): Settings['nats']['users'] {
  return forEachOf(BUS_MEMBERS, (name) => {
    const needed = name === 'platform' ? what.migrate || operate : hosts(what, name);
    const [user, password] = natsNames(name);
    return { user: reader.get(user) ?? name, password: reader.read(password, needed) };
  });
}

function readEncryptionKeys(
  reader: SettingsReader,
  what: ForWhat,
  readAgain: () => SettingsReader,
): Settings['encryptionKeys'] {
  const given = SEALING_SERVICES.filter((service) => reader.read(encryptionKeyName(service), hosts(what, service)));
  return Object.fromEntries(
    given.map((service) => [service, () => listOf(readAgain().get(encryptionKeyName(service)))]),
  );
}

/** Public keys of all services, because any may be called; private keys only of those hosted here. */
function readSealing(reader: SettingsReader, what: ForWhat, operate: boolean): Settings['sealing'] {
  return forEachOf(BUS_MEMBERS, (member) => {
    const [publicName, privateName] = sealingNames(member);
    const mine = member === 'platform' ? operate : hosts(what, member);
    return {
      publicKey: reader.read(publicName, what.host || operate),
      privateKey: reader.read(privateName, mine),
    };
  });
}

function forEachOf<K extends string, T>(names: readonly K[], make: (name: K) => T): Record<K, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, T>;
}

function readErrorReports(reader: SettingsReader, mode: Mode): Settings['errorReports'] {
  const dsn = reader.get('SENTRY_DSN');
  if (!dsn) return undefined;
  const to = readDsn(dsn);
  if (to) return { to, environment: reader.get('SENTRY_ENVIRONMENT') ?? mode };
  reader.problems.push('SENTRY_DSN must look like https://key@host/project');
  return undefined;
}

/** Traces are on when it is said where they go, by the standard variables of OpenTelemetry. */
export function readTracing(reader: SettingsReader): Settings['tracing'] {
  const endpoint = reader.get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const off = reader.get('OTEL_SDK_DISABLED') === 'true' || reader.get('OTEL_TRACES_EXPORTER') === 'none';
  if (off || !(endpoint || reader.get('OTEL_EXPORTER_OTLP_ENDPOINT'))) return undefined;
  return { endpoint, namespace: reader.get('OTEL_SERVICE_NAME') ?? 'tidegate' };
}
