import { dirname } from 'node:path';
import { DiskProbe, isDiskFull, untilDiskHasRoom } from '@tidegate/runtime/embedded/disk-state';
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
/** One that answers, while its JetStream is silent or disabled, never mends itself, and soon all services wait for it. */
const JETSTREAM_PATIENCE_MS = 8_000;
/**
 * The first write that fails for want of room stops JetStream of 2.9 for ever, and with it whoever asks it anything,
 * without a line in its log. To ask costs a tenth of a millisecond, so it is noticed soon.
 */
const ASK_NATS_MS = 2_000;
const DISK_WAS_FULL = 'JetStream is stuck since its disk was full';
/** It goes on when the disk does; killed meanwhile it loses where its consumers are, and delivers the whole stream again. */
const DISK_HANGS = 'its disk does not answer';
/** How long a full disk is the likely cause. */
const LIKELY_MS = 60_000;
/** A nats-server is not started on a full disk, where it would be stuck again, unless it stays full for so long. */
const ROOM_MS = 30_000;
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
          end: () => ['SIGQUIT', 'SIGKILL'],
        },
        log,
      ),
    );
  }
  if (nats) {
    const { server, again } = nats;
    const folder = dirname(server.logFile);
    kept.push(
      new KeptServer(
        {
          name: 'nats-server',
          pid: server.pid,
          logFile: server.logFile,
          ended: server.ended,
          start: async (signal) => {
            await untilDiskHasRoom(folder, ROOM_MS, signal);
            return await again(signal);
          },
          askMs: ASK_NATS_MS,
          illness: illnessOfNats(folder, server.monitorPort),
          patienceMs: natsPatienceMs,
          // What is stuck in JetStream does not obey SIGTERM.
          end: (illness) => [isOfJetStream(illness) ? 'SIGKILL' : 'SIGTERM', 'SIGKILL'],
        },
        log,
      ),
    );
  }
  return kept;
}

function illnessOfNats(folder: string, monitorPort: number): () => Promise<string | undefined> {
  const disk = new DiskProbe(folder);
  let fullAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (await isDiskFull(folder)) fullAt = performance.now();
    const illness = await natsIllnessOf(folder, monitorPort);
    if (illness === undefined || !isOfJetStream(illness)) return illness;
    if (!(await disk.answers())) return DISK_HANGS;
    return performance.now() - fullAt < LIKELY_MS ? DISK_WAS_FULL : illness;
  };
}

function natsPatienceMs(illness: string): number {
  if (illness === DISK_WAS_FULL) return 0;
  if (illness === DISK_HANGS) return Number.POSITIVE_INFINITY;
  return isOfJetStream(illness) ? JETSTREAM_PATIENCE_MS : NATS_PATIENCE_MS;
}
