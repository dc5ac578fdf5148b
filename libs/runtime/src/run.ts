import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { VERSION } from '@tidegate/contracts/kernel/version';
import { natsTrouble } from '@tidegate/messaging/nats';
import { alsoTo, Log } from '@tidegate/telemetry/log';
import { endAll, Metrics } from '@tidegate/telemetry/metrics';
import { areBackupsMadeHere, measureBackups } from './backup-state.ts';
import { type ConfigClass, loadConfigs } from './config.ts';
import { Health } from './health.ts';
import { ServiceHost } from './host.ts';
import { measureDisk } from './installation-metrics.ts';
import { keepStreams } from './keep-streams.ts';
import { InstallationLicence } from './licence/installation-licence.ts';
import { startOpsServer } from './ops-server.ts';
import { mayPass, type Patience, persist } from './persist.ts';
import { SchemaBehind } from './require-schema.ts';
import type { ServiceDefinition } from './service.ts';
import type { Settings } from './settings.ts';
import { inStopOrder } from './stop-order.ts';
import { startTracing } from './tracing.ts';

/** Longer than any operation's deadline; also in docs/operations.md. */
export const DRAIN_MS = 25_000;
/** For outboxes and connections when a stop exceeded its time. */
export const CLOSE_MS = 5_000;
const REPORT_LICENCE_MS = 600_000;

export interface Running {
  hosts: ServiceHost[];
  health: Health;
  /** Where health and metrics answer when the gateway is not in this process. */
  opsPort: number | undefined;
  stop(): Promise<void>;
}

/** Starts the services in this process. One that cannot start stops all. */
export async function run(definitions: ServiceDefinition[], settings: Settings): Promise<Running> {
  const log = new Log({ service: 'platform' });
  const stopTracing = await startTracing(settings);
  const stopReports = await reportErrors(settings);
  const configs = loadConfigs(
    definitions.flatMap((definition) => definition.config ?? []),
    process.env,
  );
  const withGateway = definitions.some((definition) => definition.http);
  const licence = new InstallationLicence(settings.licence);
  licence.report(log);
  licence.measure(new Metrics());
  if (withGateway) {
    measureBackups(new Metrics(), settings.dataDir, areBackupsMadeHere(process.env, settings.dataDir));
  }
  const reporting = setInterval(() => licence.report(log), REPORT_LICENCE_MS).unref();
  const health = new Health(definitions.map((definition) => definition.name));
  const ops = withGateway
    ? undefined
    : await startOpsServer(health, settings.healthPort ?? 0, settings.secrets.of('METRICS_TOKEN'));
  const hosts = await startHosts({ definitions, settings, licence, configs, health, log }).catch(
    async (error: unknown) => {
      clearInterval(reporting);
      ops?.server.close();
      await stopTracing();
      throw error;
    },
  );
  // One process keeps the streams: that of identity, if it has the platform's credentials.
  const keeps = settings.nats.users.platform.password !== '' && definitions.some(({ name }) => name === 'identity');
  const stopKeeping = keeps ? await keepStreams(settings, log) : undefined;
  const stopMeasuring = measureInstallation(hosts, settings);
  log.info({ services: definitions.map((definition) => definition.name), opsPort: ops?.port }, 'Ready');
  let stopping: Promise<void> | undefined;
  return {
    hosts,
    health,
    opsPort: ops?.port,
    stop: () => {
      clearInterval(reporting);
      stopMeasuring();
      stopping ??= stop({ hosts, health, ops: ops?.server, log, delayMs: withGateway ? settings.stopDelayMs : 0 })
        .then(() => stopKeeping?.())
        .then(stopTracing)
        .then(stopReports);
      return stopping;
    },
  };
}

/** Loaded only where it is switched on. */
async function reportErrors({ errorReports }: Settings): Promise<() => Promise<void>> {
  if (!errorReports) return async () => {};
  const { ErrorReports } = await import('@tidegate/telemetry/error-reports');
  const reports = new ErrorReports({ ...errorReports, release: VERSION });
  alsoTo(reports);
  return () => reports.stop();
}

/** What an installation has once: told by the process that has identity. */
function measureInstallation(hosts: ServiceHost[], { dataDir }: Settings): () => void {
  const host = hosts.find(({ definition }) => definition.name === 'identity');
  if (!host) return () => {};
  return endAll([measureDisk(dataDir), host.measureDatabase()]);
}

interface Starting {
  definitions: ServiceDefinition[];
  settings: Settings;
  licence: InstallationLicence;
  configs: Map<ConfigClass, object>;
  health: Health;
  log: Log;
}

/** Waits for a server that is away or slow, with a new host at each try. */
async function startHosts({ definitions, settings, licence, configs, health, log }: Starting): Promise<ServiceHost[]> {
  const failure = new AbortController();
  const patience = (what: string): Patience => ({
    what,
    until: performance.now() + settings.startTimeoutMs,
    fix: 'npx tidegate doctor; on a slow machine a larger START_TIMEOUT_SECONDS',
    report: (text) => log.warn({}, text),
    signal: failure.signal,
  });
  await waitForNats(settings, definitions, patience);
  const { host, port } = settings.database;
  const started = await Promise.allSettled(
    definitions.map((definition) => {
      const tryIt = async (): Promise<ServiceHost> => {
        const made = new ServiceHost(definition, settings, licence);
        try {
          await made.start(definition.config ? configs.get(definition.config) : undefined, health);
          return made;
        } catch (error) {
          await made.abandon();
          throw error;
        }
      };
      const servers = `PostgreSQL at ${host}:${port} or NATS at ${settings.nats.servers.join(', ')}`;
      const passes = (error: unknown) => error instanceof SchemaBehind || mayPass(error);
      return persist(tryIt, { ...patience(`${servers}, for ${definition.name},`), passes }).catch((error: unknown) => {
        failure.abort();
        throw error;
      });
    }),
  );
  const failed = started.find((result) => result.status === 'rejected');
  const hosts = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return hosts;
  await Promise.all(hosts.map((one) => one.abandon()));
  throw failed.reason;
}

/** A service's client silently waits for NATS without end, so the start checks once before. */
async function waitForNats(
  settings: Settings,
  [first]: ServiceDefinition[],
  patience: (what: string) => Patience,
): Promise<void> {
  if (!first) return;
  const { servers, users } = settings.nats;
  await persist(
    async () => {
      const trouble = await natsTrouble({ servers, ...users[first.name] }, NATS_ANSWER_MS);
      if (trouble) throw new Error(trouble);
    },
    patience(`NATS at ${servers.join(', ')}`),
  );
}

const NATS_ANSWER_MS = 20_000;

/*
 * Readiness first, so that no new work is sent here, and time for a proxy to notice; then the running work, callers before the services that they call
 * (the gateway's requests need all, leases are settled at usage); then the outboxes and connections. What does not end
 * in time is left to redelivery.
 */
export async function stop(parts: {
  hosts: ServiceHost[];
  health: Health;
  ops: Server | undefined;
  log: Log;
  /** How long requests are still taken while readiness says no. */
  delayMs?: number;
}): Promise<void> {
  const { hosts, health, ops, log, delayMs = 0 } = parts;
  health.draining = true;
  log.info({}, 'Draining');
  await pause(delayMs);
  // A failure of one must not stop the others: their last turns, leases and outboxes are still to come.
  const each = (some: ServiceHost[], end: (host: ServiceHost) => Promise<void>) =>
    Promise.all(
      some.map((host) =>
        end(host).catch((error: unknown) =>
          log.error({ error, stopping: host.definition.name }, 'A service did not stop in order'),
        ),
      ),
    );
  const work = async () => {
    for (const wave of inStopOrder(hosts, (host) => host.definition.name)) await each(wave, (host) => host.stopWork());
  };
  if (await isLate(DRAIN_MS, work())) {
    log.error({}, `Work was still running after ${DRAIN_MS} ms and is left to redelivery`);
  }
  const closed = each(hosts, (host) => host.close());
  if (await isLate(CLOSE_MS, closed)) {
    log.error({}, 'Connections did not close in time and are cut');
  }
  ops?.close();
  log.info({}, 'Drained');
}

async function isLate(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  return Promise.race([work.then(() => false), late]).finally(() => clearTimeout(timer));
}
