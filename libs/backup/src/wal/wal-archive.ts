import { randomBytes } from 'node:crypto';
import { DamagedError, seal, sha256, unseal } from '../kernel/encrypted-files.ts';
import type { Keys } from '../kernel/keys.ts';
import { fetchFrom, type Store } from '../store/store.ts';

/*
 * `wal/<chain>/<start>-<end>.<instant>.<checksum>.gz.age`: the WAL between two places. A whole segment is one such file;
 * while it is not whole there are pieces of it, which are removed when it is. A chain is WAL without a gap: when some was
 * lost, or after a restore, another chain begins.
 */
export interface WalPiece {
  key: string;
  start: bigint;
  end: bigint;
  /** When the server had sent all of it. */
  at: number;
  bytes: number;
  checksum: string;
}

const FOLDER = 'wal/';
const NAME = /^wal\/([\w-]+)\/([0-9A-F]{16})-([0-9A-F]{16})\.(\d+)\.([0-9a-f]{16})\.gz\.age$/;
const hex = (lsn: bigint): string => lsn.toString(16).toUpperCase().padStart(16, '0');

export const makeChain = (systemId: string, timeline: number): string =>
  `${systemId}-${timeline}-${randomBytes(4).toString('hex')}`;

export async function storePiece(
  store: Store,
  { chain, keys }: { chain: string; keys: Keys },
  piece: { start: bigint; content: Uint8Array; at: number },
): Promise<WalPiece> {
  const sealed = await seal(piece.content, keys);
  const checksum = sha256(sealed).slice(0, 16);
  const end = piece.start + BigInt(piece.content.length);
  const key = `${FOLDER}${chain}/${hex(piece.start)}-${hex(end)}.${piece.at}.${checksum}.gz.age`;
  await store.put(key, sealed);
  return { key, start: piece.start, end, at: piece.at, bytes: sealed.length, checksum };
}

/** Of one chain, or of all, by place. */
export async function listPieces(store: Store, chain?: string): Promise<(WalPiece & { chain: string })[]> {
  const found: (WalPiece & { chain: string })[] = [];
  for (const { key, bytes } of await store.list(chain === undefined ? FOLDER : `${FOLDER}${chain}/`)) {
    const [, of = '', start, end, at, checksum = ''] = NAME.exec(key) ?? [];
    if (!start) continue;
    found.push({
      key,
      chain: of,
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      at: Number(at),
      bytes,
      checksum,
    });
  }
  return found.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : Number(b.end - a.end)));
}

/** The pieces that lead from a place on without a gap, each adding something; the longest first where two begin alike. */
export function unbroken(pieces: readonly WalPiece[], from: bigint): WalPiece[] {
  const way: WalPiece[] = [];
  let at = from;
  for (const piece of pieces) {
    if (piece.end <= at) continue;
    if (piece.start > at) break;
    way.push(piece);
    at = piece.end;
  }
  return way;
}

/** Without a key: each byte of what is stored. */
export async function checkPiece(store: Store, piece: WalPiece): Promise<Uint8Array> {
  const content = await fetchFrom(store, piece.key);
  if (sha256(content).slice(0, 16) !== piece.checksum) throw new DamagedError(piece.key, 'its checksum is another one');
  return content;
}

export async function readPiece(store: Store, piece: WalPiece, keys: Keys): Promise<Uint8Array> {
  const content = await unseal(piece.key, await checkPiece(store, piece), keys);
  if (BigInt(content.length) !== piece.end - piece.start)
    throw new DamagedError(piece.key, 'it has another length than its name says');
  return content;
}
