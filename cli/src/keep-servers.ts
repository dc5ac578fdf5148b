import { dirname } from 'node:path';
import { KeptServer } from '@tidegate/runtime/embedded/kept-server';
import { isOfJetStream } from '@tidegate/runtime/embedded/nats-monitor';
import { natsIllnessOf, type RunningNats } from '@tidegate/runtime/embedded/nats-server';
import { postgresAnswers, type RunningServer } from '@tidegate/runtime/embedded/postgres';
import type { Log } from '@tidegate/telemetry/log';

export interface Embedded<S> {
  server: S;
  /** On the same ports: the services know no others. */
  again(signal: AbortSignal): Promise<RunningServer>;
}

/** A nats-server that answers nothing may only be slow. */
const NATS_PATIENCE_MS = 30_000;
/**
 * One that answers, while its JetStream is silent or disabled (2.9 after a full disk), never mends itself, and soon the
 * connections of all services wait for it.
 */
const JETSTREAM_PATIENCE_MS = 8_000;
/** A postmaster that answers nobody is rare, and to end it costs a recovery. */
const POSTGRES_PATIENCE_MS = 120_000;

/** The embedded servers are kept running while the platform lives. */
export function keepServers(
  { postgres, nats }: { postgres: Embedded<RunningServer> | undefined; nats: Embedded<RunningNats> | undefined },
  log: Log,
): KeptServer[] {
  const kept: KeptServer[] = [];
  if (postgres) {
    const { server, again } = postgres;
    kept.push(
      new KeptServer(
        {
          name: 'PostgreSQL',
          pid: server.pid,
          logFile: server.logFile,
          ended: server.ended,
          start: again,
          illness: async () => ((await postgresAnswers(server.port)) ? undefined : 'it does not answer'),
          patienceMs: () => POSTGRES_PATIENCE_MS,
          end: ['SIGQUIT', 'SIGKILL'],
        },
        log,
      ),
    );
  }
  if (nats) {
    const { server, again } = nats;
    kept.push(
      new KeptServer(
        {
          name: 'nats-server',
          pid: server.pid,
          logFile: server.logFile,
          ended: server.ended,
          start: again,
          illness: () => natsIllnessOf(dirname(server.logFile), server.monitorPort),
          patienceMs: (illness) => (isOfJetStream(illness) ? JETSTREAM_PATIENCE_MS : NATS_PATIENCE_MS),
          end: ['SIGTERM', 'SIGKILL'],
        },
        log,
      ),
    );
  }
  return kept;
}
