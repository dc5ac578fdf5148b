import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseLsn, segmentStart } from '@tidegate/backup/kernel/lsn.rules';
import { CopyCommand, connected } from '@tidegate/backup/postgres/replication';
import { askServer, createSlot, dropSlot, findSlot } from '@tidegate/backup/postgres/server.queries';
import { WalArchiver } from '@tidegate/backup/wal/archive-wal';
import { listPieces, makeChain, unbroken } from '@tidegate/backup/wal/wal-archive';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { backupFolder, readBackupState, type WalState, writeBackupState } from '@tidegate/runtime/backup-state';
import type { Log } from '@tidegate/telemetry/log';
import { databaseOf } from './back-up.ts';
import type { Place } from './open-place.ts';

/** The server keeps WAL for it while nobody reads, up to max_slot_wal_keep_size. */
export const SLOT = 'tidegate_backup';
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface Archiving {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  place: Place;
  log: Log;
  signal: AbortSignal;
}

/** Archives the WAL until the signal; whatever fails is tried again. */
export async function archiveWal(at: Archiving): Promise<void> {
  for (let failures = 0; !at.signal.aborted; failures += 1) {
    const began = performance.now();
    try {
      await archiveOnce(at);
    } catch (error) {
      if (at.signal.aborted) return;
      if (performance.now() - began > LONGEST_PAUSE_MS) failures = 0;
      at.log.error({ error }, 'WAL is not being archived');
      await noteTrouble(at, error as Error);
      await pause(backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, failures), undefined, { signal: at.signal }).catch(
        () => undefined,
      );
    }
  }
}

async function archiveOnce({ dataDir, env, place, log, signal }: Archiving): Promise<void> {
  const login = await databaseOf(dataDir, env);
  const system = await identify(login);
  const facts = await connected(login, false, askServer);
  const segmentBytes = BigInt(facts.segmentBytes);
  const known = readBackupState(dataDir, 'wal');
  // Without a bound it would rather fill the server's disk than lose its place.
  const bounded = facts.keepLimitBytes !== undefined;
  const isWhole = bounded ? await ensureSlot(login) : true;
  const same = known?.systemId === system.id && known.timeline === system.timeline && isWhole;
  const chain = same ? known.chain : makeChain(system.id, system.timeline);
  if (!same) log.warn({ chain, before: known?.chain }, 'A chain of WAL begins; the next backup belongs to it');
  const pieces = await listPieces(place.store, chain);
  const first = pieces[0]?.start ?? segmentStart(system.flushed, segmentBytes);
  const archived = unbroken(pieces, first).at(-1)?.end ?? first;
  const start = segmentStart(archived, segmentBytes);
  let state: WalState = {
    chain,
    systemId: system.id,
    timeline: system.timeline,
    completeAt: same ? known.completeAt : null,
    keptBytes: 0,
    trouble: null,
  };
  writeBackupState(dataDir, 'wal', state);
  const archiver = new WalArchiver({
    login,
    slot: bounded ? SLOT : undefined,
    timeline: system.timeline,
    signal,
    store: place.store,
    keys: place.keys,
    chain,
    segmentBytes,
    pieces: pieces.filter((piece) => piece.end > start),
    archived,
    everyMs: place.walSeconds * 1_000,
    onProgress: ({ completeAt }) => {
      state = { ...state, completeAt: new Date(completeAt).toISOString() };
      writeBackupState(dataDir, 'wal', state);
    },
  });
  await archiver.run().catch((error: Error) => {
    // What it needs is gone: the chain has ended, and the next attempt begins another.
    if (/has already been removed/.test(error.message))
      writeBackupState(dataDir, 'wal', { ...state, chain: '', systemId: '' });
    throw error;
  });
}

interface System {
  id: string;
  timeline: number;
  flushed: bigint;
}

const identify = (login: Parameters<typeof connected>[0]): Promise<System> =>
  connected(login, true, async (client) => {
    const command = new CopyCommand('IDENTIFY_SYSTEM', { data: () => undefined });
    client.query(command as never);
    await command.done;
    const [id, timeline, flushed] = command.rows[0] ?? [];
    return { id: id ?? '', timeline: Number(timeline), flushed: parseLsn(flushed ?? '') };
  });

/** Whether the server has everything since the slot was last used. */
const ensureSlot = (login: Parameters<typeof connected>[0]): Promise<boolean> =>
  connected(login, false, async (client) => {
    const slot = await findSlot(client, SLOT);
    if (slot?.active)
      throw new Error('Another process archives the WAL of this server.\n  Fix: end it; one is enough.');
    if (slot?.complete) return true;
    if (slot) await dropSlot(client, SLOT);
    await createSlot(client, SLOT);
    return false;
  });

async function noteTrouble({ dataDir }: Archiving, { message }: Error): Promise<void> {
  const known = readBackupState(dataDir, 'wal');
  const none = { chain: '', systemId: '', timeline: 0, completeAt: null, keptBytes: 0 };
  writeBackupState(dataDir, 'wal', { ...(known ?? none), trouble: message });
}

/** How much the server keeps because it is not archived: the bound is its own, the figure is for people. */
export async function measureKept({ dataDir, env }: Pick<Archiving, 'dataDir' | 'env'>): Promise<void> {
  const login = await databaseOf(dataDir, env);
  const slot = await connected(login, false, (client) => findSlot(client, SLOT));
  const known = readBackupState(dataDir, 'wal');
  if (known) writeBackupState(dataDir, 'wal', { ...known, keptBytes: slot?.keptBytes ?? 0 });
}

/** Where backups were switched off, nothing is kept for them. Answers whether something was. */
export async function keepNothing(dataDir: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!readBackupState(dataDir, 'wal')) return false;
  const login = await databaseOf(dataDir, env);
  const dropped = await connected(login, false, (client) => dropSlot(client, SLOT));
  rmSync(join(backupFolder(dataDir), 'wal.json'), { force: true });
  return dropped;
}
