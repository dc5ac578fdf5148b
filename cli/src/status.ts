import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNats } from '@tidegate/runtime/embedded/nats-server';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { InstallationLicence } from '@tidegate/runtime/licence/installation-licence';
import type { LicenceStanding } from '@tidegate/runtime/licence/licence-standing.rules';
import { askedAt, askHealth } from './ask-health.ts';
import { externalUrl, placeOf } from './external-servers.ts';
import { dataDirOf, VERSION } from './kernel/installation.ts';
import { type ChildEntry, type Run, readRun } from './run-file.ts';
import { natsVersion, postgresVersion } from './versions.ts';

export interface ServiceStatus {
  /** A service that runs in several processes appears several times. */
  name: string;
  version: string;
  ready: boolean;
  reason?: string;
  pid: number;
  /** The port of its health and metrics. */
  port: number | null;
}

export interface Status {
  version: string;
  running: boolean;
  ready: boolean;
  layout: 'one process' | 'a process per service' | null;
  pid: number | null;
  startedAt: string | null;
  dataDir: string;
  versions: { tidegate: string; node: string; postgres: string | null; nats: string | null };
  /** The gateway's URL on this machine. */
  url: string | null;
  ports: { gateway: number | null; postgres: number | null; nats: number | null; natsMonitor: number | null };
  /** `host:port` of external servers; null when embedded. */
  external: { postgres: string | null; nats: string | null };
  /** Null where no licence is configured. */
  licence: Pick<LicenceStanding, 'state' | 'readOnly' | 'licensee' | 'validUntil' | 'servers' | 'what'> | null;
  services: ServiceStatus[];
}

export async function readStatus(env = process.env): Promise<Status> {
  const dataDir = dataDirOf(env);
  const run = readRun(dataDir);
  const [postgres, nats] = existsSync(dataDir)
    ? await Promise.all([findPostgres(join(dataDir, 'postgres')), findNats(join(dataDir, 'nats'))])
    : [];
  const [services, postgresNumber, natsNumber] = await Promise.all([
    run ? readServices(run) : [],
    postgresVersion(dataDir, env, postgres?.port),
    natsVersion(nats?.monitorPort),
  ]);
  return {
    version: run?.version ?? VERSION,
    running: run !== undefined,
    ready: services.length > 0 && services.every((service) => service.ready),
    layout: run ? (run.children.length > 0 ? 'a process per service' : 'one process') : null,
    pid: run?.pid ?? null,
    startedAt: run?.startedAt ?? null,
    dataDir,
    versions: {
      tidegate: run?.version ?? VERSION,
      node: process.versions.node,
      postgres: postgresNumber,
      nats: natsNumber,
    },
    url: run ? urlOf(run) : null,
    ports: {
      gateway: run?.port ?? null,
      postgres: postgres?.port ?? null,
      nats: nats?.port ?? null,
      natsMonitor: nats?.monitorPort ?? null,
    },
    external: { postgres: externalPlace('DATABASE_URL', dataDir, env), nats: externalPlace('NATS_URL', dataDir, env) },
    licence: licenceStatus(env),
    services,
  };
}

function licenceStatus(env: NodeJS.ProcessEnv): Status['licence'] {
  const licence = new InstallationLicence({ licence: env['LICENCE_FILE'], key: env['LICENCE_KEY_FILE'] });
  return licence.configured ? licence.standing() : null;
}

function urlOf({ host, port }: Run): string {
  const asked = askedAt(host);
  return `http://${['127.0.0.1', '::1'].includes(asked) ? 'localhost' : asked}:${port}`;
}

function externalPlace(name: 'DATABASE_URL' | 'NATS_URL', dataDir: string, env: NodeJS.ProcessEnv): string | null {
  const url = externalUrl(name, dataDir, env);
  return url ? placeOf(url) : null;
}

const ANSWER_MS = 5_000;

async function readServices(run: Run): Promise<ServiceStatus[]> {
  const places: ChildEntry[] =
    run.children.length > 0 ? run.children : [{ name: 'all', pid: run.pid, healthPort: run.port }];
  const answers = await Promise.all(
    places.map(async ({ name, pid, healthPort }) => {
      const port = healthPort ?? null;
      const host = name === 'all' || name === 'gateway' ? run.host : (process.env['HEALTH_HOST'] ?? '127.0.0.1');
      const answer = port === null ? undefined : await askHealth({ host, port, path: '/health' }, ANSWER_MS);
      const health = answer && parseHealth(answer.body);
      const silent = [{ name, ready: false, reason: 'does not answer' }];
      return (health ?? silent).map((one) => ({ ...one, version: run.version, pid, port }));
    }),
  );
  return answers.flat();
}

function parseHealth(text: string): { name: string; ready: boolean; reason?: string }[] | undefined {
  try {
    return (JSON.parse(text) as { services?: { name: string; ready: boolean; reason?: string }[] }).services;
  } catch {
    return undefined;
  }
}

export async function status({ json }: { json: boolean }): Promise<void> {
  const state = await readStatus();
  process.stdout.write(json ? `${JSON.stringify(state, null, 2)}\n` : describe(state));
  if (!state.ready) process.exitCode = 1;
}

const where = (version: string | null, port: number | null, external: string | null): string =>
  external ? `external, ${version ? `${version} ` : ''}at ${external}` : `${version ?? '-'}, port ${port ?? '-'}`;

function describe({
  version,
  ready,
  running,
  dataDir,
  url,
  ports,
  external,
  versions,
  layout,
  licence,
  services,
}: Status): string {
  const several = layout === 'a process per service';
  const lines = [
    `Tidegate ${version} ${ready ? 'is ready' : running ? 'is not ready' : 'is stopped'}${layout ? ` (${layout})` : ''}`,
    `  data           ${dataDir}`,
    `  gateway        ${url ?? '-'}`,
    `  PostgreSQL     ${where(versions.postgres, ports.postgres, external.postgres)}`,
    `  nats-server    ${where(versions.nats, ports.nats, external.nats)}`,
    ...(licence
      ? [`  licence        ${licence.what || `${licence.licensee}, valid until ${licence.validUntil}`}`]
      : []),
    ...services.map(
      (one) =>
        `  ${one.name.padEnd(14)} ${one.ready ? 'ready' : (one.reason ?? 'not ready')}, process ${one.pid}${several ? `, metrics on port ${one.port ?? '-'}` : ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
