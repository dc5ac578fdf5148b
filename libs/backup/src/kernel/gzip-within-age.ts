import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import type { Decrypter, Encrypter } from 'age-encryption';

/** What every sealed file is: by hand, `age -d FILE | gunzip`. */
export const encrypted = async (zipped: Readable, encrypter: Encrypter): Promise<ReadableStream<Uint8Array>> =>
  (await encrypter.encrypt(Readable.toWeb(zipped) as never)) as unknown as ReadableStream<Uint8Array>;

/** The content, in pieces. `explain`: what is said of a byte that is not as it was written, of a missing end, of another key. */
export async function* decrypted(
  source: AsyncIterable<Uint8Array>,
  decrypter: Decrypter,
  explain: (error: Error) => Error,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const input = Readable.toWeb(Readable.from(source, { objectMode: false })) as never;
  const fail = (error: Error): never => {
    throw explain(error);
  };
  const clear = (await decrypter.decrypt(input).catch(fail)) as unknown as ReadableStream<Uint8Array>;
  const unzipping = pipeline(Readable.fromWeb(clear), gunzip).catch(fail);
  unzipping.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    // The reason is the pipeline's own.
    await unzipping;
    throw error;
  }
  await unzipping;
}
