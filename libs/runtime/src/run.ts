import type { Server } from 'node:http';
import { Log } from '@tidegate/telemetry/log';
import { loadConfigs } from './config.ts';
import { Health } from './health.ts';
import { ServiceHost } from './host.ts';
import { keepStreams } from './keep-streams.ts';
import { startOpsServer } from './ops-server.ts';
import type { ServiceDefinition } from './service.ts';
import type { Settings } from './settings.ts';
import { startTracing } from './tracing.ts';

const DRAIN_MS = 25_000;

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
  const stopTracing = startTracing(settings);
  const configs = loadConfigs(
    definitions.flatMap((definition) => definition.config ?? []),
    process.env,
  );
  const health = new Health(definitions.map((definition) => definition.name));
  const hosts = definitions.map((definition) => new ServiceHost(definition, settings));
  const started = await Promise.allSettled(
    hosts.map((host) => {
      const { config } = host.definition;
      return host.start(config ? configs.get(config) : undefined, health);
    }),
  );
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  const withGateway = definitions.some((definition) => definition.http);
  // One process keeps the streams: where the platform's credentials are, that of identity.
  const keeps = settings.nats.users.platform.password !== '' && definitions.some(({ name }) => name === 'identity');
  const stopKeeping = keeps ? await keepStreams(settings, log) : undefined;
  const ops = withGateway ? undefined : await startOpsServer(health, settings.healthPort ?? 0, settings.metricsToken);
  log.info({ services: definitions.map((definition) => definition.name), opsPort: ops?.port }, 'Ready');
  let stopping: Promise<void> | undefined;
  return {
    hosts,
    health,
    opsPort: ops?.port,
    stop: () => {
      stopping ??= stop({ hosts, health, ops: ops?.server, log })
        .then(() => stopKeeping?.())
        .then(stopTracing);
      return stopping;
    },
  };
}

/*
 * Readiness first, so that no new work is sent here; then the gateway, whose requests need the others; then all work
 * in hand; then the outboxes and connections. What does not end in time is left to redelivery.
 */
async function stop(parts: { hosts: ServiceHost[]; health: Health; ops: Server | undefined; log: Log }): Promise<void> {
  const { hosts, health, ops, log } = parts;
  health.draining = true;
  log.info({}, 'Draining');
  const late = setTimeout(() => {
    log.error({}, `Work was still in hand after ${DRAIN_MS} ms and is left to redelivery`);
    process.exit(1);
  }, DRAIN_MS);
  late.unref();
  const [edge, rest] = [hosts.filter((host) => host.definition.http), hosts.filter((host) => !host.definition.http)];
  for (const group of [edge, rest]) await Promise.all(group.map((host) => host.stopWork()));
  await Promise.all(hosts.map((host) => host.close()));
  ops?.close();
  clearTimeout(late);
  log.info({}, 'Drained');
}
