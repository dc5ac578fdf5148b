import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { fetchFrom, type Store } from '../store/store.ts';
import { decrypted, encrypted } from './gzip-within-age.ts';
import type { Keys } from './keys.ts';

/*
 * A file of a backup is gzip within age, cut into parts that a store takes in one request and that fit into memory. By
 * hand: `cat NAME.* | age -d -i identity.txt | gunzip`.
 */
const PART_BYTES = 16 * 1024 ** 2;
/** Hardly larger than with the usual 6, in a third of its time. */
const LEVEL = 3;

export interface Part {
  key: string;
  bytes: number;
  sha256: string;
}

export interface StoredFile {
  name: string;
  parts: Part[];
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** Stores `<prefix><name>.gz.age.0001` and so on. */
export async function storeFile(
  store: Store,
  { keys, prefix, name, partBytes = PART_BYTES }: { keys: Keys; prefix: string; name: string; partBytes?: number },
  source: Bytes,
): Promise<StoredFile> {
  const parts: Part[] = [];
  const save = async (content: Uint8Array): Promise<void> => {
    const key = `${prefix}${name}.gz.age.${String(parts.length + 1).padStart(4, '0')}`;
    await store.put(key, content);
    parts.push({ key, bytes: content.length, sha256: sha256(content) });
  };
  const zipper = createGzip({ level: LEVEL });
  const zipping = pipeline(source, zipper);
  const saving = encrypt(zipper, keys).then(async (encrypted) => {
    let waiting: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of encrypted as unknown as AsyncIterable<Uint8Array>) {
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < partBytes) continue;
      await save(Buffer.concat(waiting));
      [waiting, bytes] = [[], 0];
    }
    if (bytes > 0) await save(Buffer.concat(waiting));
  });
  // The store's own reason comes first; the end of the source is what follows from it.
  saving.catch((error: Error) => zipper.destroy(error));
  const [zipped, saved] = await Promise.allSettled([zipping, saving]);
  if (zipped.status === 'rejected' && saved.status === 'rejected' && isBecause(saved.reason, zipped.reason))
    throw zipped.reason;
  if (saved.status === 'rejected') throw saved.reason;
  if (zipped.status === 'rejected') throw zipped.reason;
  return { name, parts };
}

/** A stream that was ended by an error reports that very error. */
const isBecause = (later: unknown, first: unknown): boolean =>
  later === first || (later as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';

function encrypt(source: Readable, keys: Keys): Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  for (const recipient of keys.recipients) encrypter.addRecipient(recipient);
  return encrypted(source, encrypter);
}

/** The content, each part of it checked before it is used. */
export function readFile(store: Store, file: StoredFile, keys: Keys): AsyncIterable<Uint8Array> {
  return opened(checkedParts(store, file), keys, file.name);
}

function opened(source: AsyncIterable<Uint8Array>, keys: Keys, name: string): AsyncIterable<Uint8Array> {
  if (keys.identities.length === 0)
    throw new Error('No key opens these backups.\n  Fix: set BACKUP_IDENTITY, or BACKUP_PASSPHRASE.');
  const decrypter = new Decrypter();
  for (const identity of keys.identities) decrypter.addIdentity(identity);
  return decrypted(source, decrypter, (error) => damaged(name, error));
}

function damaged(name: string, error: Error): Error {
  if (error instanceof DamagedError || error.message.includes('Fix:')) return error;
  if (/no identity matched/.test(error.message)) {
    return new Error(
      `${name} was encrypted for another key.\n  Fix: set BACKUP_IDENTITY, or BACKUP_PASSPHRASE, of the time of this backup.`,
      { cause: error },
    );
  }
  return new DamagedError(name, error.message);
}

/** A byte that was changed or lost, anywhere. */
export class DamagedError extends Error {
  constructor(key: string, reason: string) {
    super(
      `${key} is damaged: ${reason}.\n  Fix: use another backup (npx tidegate backup list), and find out what damaged this one.`,
    );
  }
}

/** Encrypted still: this needs no key. */
export async function* checkedParts(store: Store, { parts }: StoredFile): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    const content = await fetchFrom(store, part.key);
    if (content.length !== part.bytes)
      throw new DamagedError(part.key, `it has ${content.length} bytes, not ${part.bytes}`);
    if (sha256(content) !== part.sha256) throw new DamagedError(part.key, 'its checksum is another one');
    yield content;
  }
}

/** A small content in one part. */
export async function seal(content: Uint8Array, keys: Keys): Promise<Uint8Array> {
  const zipper = createGzip({ level: LEVEL });
  zipper.end(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await encrypt(zipper, keys)) as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function unseal(key: string, content: Uint8Array, keys: Keys): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened(only(content), keys, key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
