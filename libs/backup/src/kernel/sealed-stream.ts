import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { decrypted, encrypted } from './gzip-within-age.ts';

/*
 * One file, gzip within age, as `age -p` or `age -r` and gzip make it: every 64 kB of it are authenticated, and so is its end. Read
 * and written in pieces, whatever its size. By hand: `age -d FILE | gunzip`.
 */
const LEVEL = 3;
/** JSON of rows shrinks to a tenth or twentieth; what shrinks further was made to fill a disk. */
const MOST_GROWTH = 100;
const GROWTH_FROM_BYTES = 64 * 1024 ** 2;

/** Who can open it. One of the two. */
export interface StreamKey {
  passphrase?: string | undefined;
  recipients?: readonly string[] | undefined;
  identities?: readonly string[] | undefined;
}

export async function* sealStream(
  source: AsyncIterable<Uint8Array | string>,
  { passphrase, recipients = [] }: StreamKey,
  { workFactor = 18 } = {},
): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter();
  if (passphrase !== undefined) {
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(passphrase);
  }
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const zipper = createGzip({ level: LEVEL });
  const zipping = pipeline(source, zipper);
  zipping.catch(() => undefined);
  const sealed = await encrypted(zipper, encrypter);
  try {
    for await (const chunk of sealed) yield chunk;
  } catch (error) {
    await zipping;
    throw error;
  }
  await zipping;
}

/** Throws at the first byte that is not as it was written, and where the end is missing. */
export async function* openStream(
  source: AsyncIterable<Uint8Array>,
  { passphrase, identities = [] }: StreamKey,
  name: string,
): AsyncGenerator<Buffer> {
  const decrypter = new Decrypter();
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  for (const identity of identities) decrypter.addIdentity(identity);
  let read = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      read += chunk.length;
      yield chunk;
    }
  };
  let written = 0;
  for await (const chunk of decrypted(counted(), decrypter, (error) => unreadable(name, error))) {
    written += chunk.length;
    if (written > GROWTH_FROM_BYTES && written > read * MOST_GROWTH)
      throw new Error(`${name} is not what it says: ${read} bytes of it became ${written}.\n  Fix: export again.`);
    yield chunk;
  }
}

function unreadable(name: string, error: Error): Error {
  if (error.message.includes('Fix:')) return error;
  if (/no identity matched|passphrase/i.test(error.message)) {
    return new Error(
      `${name} was sealed for another key.\n  Fix: give the passphrase or the identity that belongs to it.`,
      { cause: error },
    );
  }
  return new Error(`${name} is damaged: ${error.message}. Nothing of it was kept.\n  Fix: copy the file again.`, {
    cause: error,
  });
}
