import { randomBytes } from 'node:crypto';
import { makePair } from './keys.ts';
import { openStream, sealStream } from './sealed-stream.ts';

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
async function* inPieces(content: Uint8Array, bytes = 40_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
}

test('what was sealed comes back, and one byte that is another, anywhere, or missing at the end does not pass', async () => {
  const { identity, recipient } = await makePair();
  const content = randomBytes(150_000);
  const sealed = await bytesOf(sealStream(inPieces(content), { recipients: [recipient] }));
  const open = (bytes: Uint8Array) => bytesOf(openStream(inPieces(bytes), { identities: [identity] }, 'the file'));
  expect((await open(sealed)).equals(content)).toBe(true);
  // Every byte of the header and of the end, and some of each chunk between.
  const places = [...sealed.keys()].filter((at) => at < 250 || at > sealed.length - 40 || at % 1_999 === 0);
  for (const at of places) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    await expect(open(changed), `byte ${at}`).rejects.toThrow(/the file (is damaged|was sealed for another key)/);
  }
  for (const length of [sealed.length - 1, sealed.length - 20_000, 65_536, 300, 0])
    await expect(open(sealed.subarray(0, length)), `${length} bytes`).rejects.toThrow(
      /the file (is damaged|was sealed)/,
    );
});

test('a passphrase opens it, and another one does not', async () => {
  const sealed = await bytesOf(sealStream(inPieces(Buffer.from('data')), { passphrase: 'correct' }, { workFactor: 4 }));
  const open = (passphrase: string) => bytesOf(openStream(inPieces(sealed), { passphrase }, 'the file'));
  expect((await open('correct')).toString()).toBe('data');
  await expect(open('wrong')).rejects.toThrow(/another key/);
});

test('what was made to fill a disk ends soon, and a source that fails fails', async () => {
  const { identity, recipient } = await makePair();
  const zeros = async function* () {
    for (let megabyte = 0; megabyte < 200; megabyte += 1) yield Buffer.alloc(1024 ** 2);
  };
  const bomb = await bytesOf(sealStream(zeros(), { recipients: [recipient] }));
  let read = 0;
  const opening = (async () => {
    for await (const chunk of openStream(inPieces(bomb), { identities: [identity] }, 'the file')) read += chunk.length;
  })();
  await expect(opening).rejects.toThrow(/not what it says.*Fix:/s);
  expect(read).toBeLessThan(180 * 1024 ** 2);
  // biome-ignore lint/correctness/useYield: it fails before the first.
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    throw new Error('the disk is gone');
  };
  await expect(bytesOf(sealStream(failing(), { recipients: [recipient] }))).rejects.toThrow('the disk is gone');
});
