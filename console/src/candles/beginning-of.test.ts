import { gzipSync } from 'node:zlib';
import { beginningOf } from './beginning-of.ts';

const LINE = '2026-03-01T00:00:00Z,60000,60100,59900,60050\n';

test('a small file is read whole, packed or not', async () => {
  expect(await beginningOf(new Blob([LINE]))).toEqual({ text: LINE, whole: true });
  expect(await beginningOf(new Blob([gzipSync(LINE)]))).toEqual({ text: LINE, whole: true });
});

test('of a large file it is the beginning, up to the end of a line', async () => {
  const { text, whole } = await beginningOf(new Blob([gzipSync(LINE.repeat(100_000))]));
  expect(whole).toBe(false);
  expect(text.length % LINE.length).toBe(0);
  expect(text.length).toBeGreaterThan(700_000);
});
