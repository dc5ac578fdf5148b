import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectNats } from '@tidegate/messaging/nats';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { readFile } from './kernel/encrypted-files.ts';
import { connected } from './postgres/replication.ts';
import { askRecovered, type Recovered, readTables } from './postgres/server.queries.ts';
import { CannotTryHere, disarm, type Foreign, isOfAnotherLocale, takeOver } from './postgres/take-over.queries.ts';
import {
  fileOf,
  layOutWal,
  type RestoreSource,
  recoverySettings,
  requestRecovery,
  unpackCluster,
  WAL_FOLDER,
} from './restore-backup.ts';
import { restoreStream } from './streams/snapshot-streams.ts';
import { streamFile } from './take-backup.ts';

export interface RestoredCluster {
  dir: string;
  password: string;
  /** The last moment that is to be there; all of it without. */
  until: string | undefined;
  withinMs: number;
  /** Reads every table to its end. */
  readAll: boolean;
  /** Of a server of somebody else's: tried here, never gone on with. */
  foreign?: Foreign | undefined;
}

/** The cluster in this folder, recovered and stopped again, in order. */
export async function restoreCluster(
  source: RestoreSource,
  { dir, password, until, withinMs, readAll, foreign }: RestoredCluster,
): Promise<Recovered> {
  const at = await unpackCluster(source, dir);
  const folder = await layOutWal(source, at);
  requestRecovery(at);
  const own = foreign && disarm(at);
  const settings: Record<string, string> = own ? { unix_socket_directories: own.socket } : {};
  const recover = (moment: string | undefined) =>
    startPostgres({
      dir,
      password,
      withinMs,
      settings: { ...recoverySettings({ folder, until: moment }), ...settings },
    });
  const server = await recover(until).catch((error: Error) => {
    // Nothing was committed between that moment and the end of the archive: all of it is what was asked for.
    if (until !== undefined && error.message.includes('before configured recovery target was reached'))
      return recover(undefined);
    throw error;
  });
  try {
    if (own && foreign) await takeOver(foreign, { socket: own.socket, port: server.port, password });
    const url = new URL(server.url);
    url.pathname = '/tidegate';
    return await connected({ url: url.href }, false, async (client) => ({
      ...(await askRecovered(client)),
      ...(readAll ? await readTables(client) : { tables: 0, rows: 0 }),
    }));
  } catch (error) {
    const { message } = error as Error;
    throw foreign && isOfAnotherLocale(message) ? new CannotTryHere(message, { cause: error }) : error;
  } finally {
    await server.stop();
    own?.remove();
    rmSync(join(at.base, WAL_FOLDER), { recursive: true, force: true });
  }
}

/** The streams of a backup in this folder of a nats-server, which is stopped again. */
export async function restoreStreams(
  source: RestoreSource,
  { dir, toolsDir, withinMs }: { dir: string; toolsDir: string; withinMs: number },
): Promise<void> {
  // Without users: for this moment it is reached from this machine only, and services are not running.
  const server = await startNats({ dir, toolsDir, withinMs });
  try {
    const nc = await connectNats({ servers: [server.url], user: 'platform', password: '' }, 'restore');
    try {
      for (const stream of source.manifest.streams) {
        await restoreStream(
          nc,
          stream,
          readFile(source.store, fileOf(source.manifest, streamFile(stream.name)), source.keys),
        );
      }
    } finally {
      await nc.close();
    }
  } finally {
    await server.stop();
  }
}
