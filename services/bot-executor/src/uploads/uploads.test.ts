import { gzipSync } from 'node:zlib';
import {
  beginUpload,
  cancelUpload,
  endFile,
  getUpload,
  listUploads,
  PART_BYTES,
  putPart,
} from '@tidegate/contracts/bot-executor/candle-uploads';
import { listCandles } from '@tidegate/contracts/bot-executor/candles';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { csv, SERIES } from '../../test/series.ts';
import { type Customer, customer, openService, type Service } from '../../test/service.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

/** The file as the gateway forwards it. */
async function send(who: Customer, uploadId: string, file: Buffer, partBytes = PART_BYTES) {
  const attempt = newId();
  const parts = Math.ceil(file.length / partBytes);
  for (let number = 0; number < parts; number += 1) {
    const data = file.subarray(number * partBytes, (number + 1) * partBytes).toString('base64');
    await service.call(putPart, { uploadId, attempt, number, data }, who);
  }
  return { attempt, parts };
}

test('a compressed file in parts, sent again after an interruption, is stored as a whole with a report', async () => {
  const who = customer();
  const text = `time,close,high,low,open\n${csv(20_100, 60_000).replaceAll(/,(\d+),(\d+),(\d+),(\d+)/g, ',$4,$2,$3,$1')}`;
  const file = gzipSync(text);
  const asked = { market: 'BTC-USDT', interval: '1m' as const };
  const { id: uploadId } = await service.call(beginUpload, asked, who);
  const broken = await send(who, uploadId, Buffer.from('something else altogether'), 7);
  await expect(service.call(endFile, { uploadId, ...broken, parts: 9 }, who)).rejects.toMatchObject({
    code: 'conflict',
  });
  const sent = await send(who, uploadId, file, 40_000);
  // What the first one still sends is not mixed in, and a part may come twice.
  const stray = { uploadId, attempt: broken.attempt, number: 1, data: 'AAAA' };
  await expect(service.call(putPart, stray, who)).rejects.toMatchObject({ code: 'conflict' });
  const again = file.subarray(0, 40_000).toString('base64');
  await service.call(putPart, { uploadId, attempt: sent.attempt, number: 0, data: again }, who);
  const queued = await service.call(endFile, { uploadId, ...sent }, who);
  expect(queued).toMatchObject({ status: 'queued', bytes: file.length });
  expect((await service.call(endFile, { uploadId, ...sent }, who)).status).toBe('queued');
  const stop = service.start(service.uploads());
  const done = await until(async () => {
    const upload = await service.call(getUpload, { uploadId }, who);
    expect(upload.status).toBe('done');
    return upload;
  });
  await stop();
  expect(done).toMatchObject({
    rowsRead: 20_100,
    added: 20_100,
    replaced: 0,
    failure: null,
    report: { candles: 20_100, gaps: { places: 0 }, understood: { compressed: true, columns: { close: 'close' } } },
  });
  const { items } = await service.call(listCandles, { ...asked, source: 'imported', limit: 2 }, who);
  expect(items[1]).toMatchObject({ at: '2020-01-01T00:01:00.000Z', open: '50000', close: '50001' });
  // Once read, it takes no more room; and an ended upload accepts no file.
  const rows = await service.tenants.run(who.orgId, (tx) => tx.query('select 1 from candle_upload_parts'));
  expect(rows).toEqual([]);
  await expect(send(who, uploadId, file)).rejects.toMatchObject({ code: 'conflict' });
});

test('a faulty file is reported with its line; one that is cancelled or never arrives makes room', async () => {
  const who = customer();
  const asked = { market: 'BTC-USDT', interval: '1d' as const };
  const begin = () => service.call(beginUpload, asked, who);
  const wrong = await begin();
  await service.call(
    endFile,
    { uploadId: wrong.id, ...(await send(who, wrong.id, Buffer.from(`${csv(3)}\nx,1,1,1,1`))) },
    who,
  );
  const [, late] = [await begin(), await begin()];
  await expect(begin()).rejects.toMatchObject({ code: 'too_many_uploads' });
  await service.call(cancelUpload, { uploadId: late.id }, who);
  const stop = service.start(service.uploads());
  await until(async () => (await service.call(getUpload, { uploadId: wrong.id }, who)).status === 'failed');
  await stop();
  expect(await service.call(getUpload, { uploadId: wrong.id }, who)).toMatchObject({
    failure: expect.stringMatching(/^Line 4: "x" is not a readable time/),
    report: { rows: 4, refused: [{ line: 4 }] },
    added: null,
  });
  expect((await service.call(listCandles, { ...SERIES, source: 'imported' }, who)).items).toEqual([]);
  await service.tenants.run(who.orgId, (tx) =>
    tx.query("update candle_uploads set created_at = now() - interval '2 hours'"),
  );
  await service.uploads().giveUp();
  const { items } = await service.call(listUploads, {}, who);
  expect(items.map(({ status }) => status)).toEqual(['cancelled', 'failed', 'failed']);
  expect(items[1]?.failure).toMatch(/did not arrive within an hour/);
  const failed = await service.call(listUploads, { status: 'failed', count: true, limit: 1 }, who);
  expect(failed).toMatchObject({ items: [{ id: items[1]?.id }], nextCursor: expect.any(String) });
  expect(failed.counts).toEqual({ total: 3, receiving: 0, queued: 0, running: 0, done: 0, failed: 2, cancelled: 1 });
  expect(await service.call(listUploads, { market: 'ETH-USDT', count: true }, who)).toMatchObject({
    items: [],
    counts: { total: 0 },
  });
  await begin();
});
