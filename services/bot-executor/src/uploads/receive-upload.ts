import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { Controller } from '@nestjs/common';
import {
  beginUpload,
  type CandleUpload,
  cancelUpload,
  endFile,
  putPart,
  tooManyUploads,
} from '@tidegate/contracts/bot-executor/candle-uploads';
import { bodyTooLarge, conflict } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { optionsOf } from '../candles/import-options.ts';
import { marketNamed } from '../markets/market.rows.ts';
import { termsOf } from '../markets/markets.rules.ts';
import { dropWork, enqueueWork, personOf } from '../queue/queue.rows.ts';
import {
  beginAttempt,
  countParts,
  countUnderWay,
  endUpload,
  expireUploads,
  findUpload,
  insertUpload,
  lockUpload,
  lockUploads,
  savePart,
  setUploadStatus,
  toWire,
} from './upload.rows.ts';

/** Of an organisation. */
const MAX_UNDER_WAY = 3;
const MAX_STORED = 100;
/** Of one file as it is stored, deflated. */
const MAX_STORED_BYTES = 64 * 1024 * 1024;

const deflate = promisify(deflateRaw);

/**
 * An upload from its creation to the queue: while it is `receiving`, its file arrives in parts, and when all are there it
 * is queued. Everything may be repeated: a part replaces itself, a new attempt replaces the parts of the attempt before,
 * and for an upload that has moved on the answer is its present state.
 */
@Controller()
export class ReceiveUpload {
  constructor(private readonly wakes: Wakes) {}

  @Handles(beginUpload)
  async begin({ input, caller, tx, refuse }: OperationContext<typeof beginUpload>): Promise<CandleUpload> {
    const market = await marketNamed(tx, input.market);
    await lockUploads(tx);
    if ((await countUnderWay(tx)) >= MAX_UNDER_WAY)
      throw refuse(
        tooManyUploads,
        { limit: MAX_UNDER_WAY },
        'Cancel one, or wait: GET /api/v1/candles/uploads shows them.',
      );
    await expireUploads(tx, MAX_STORED - 1);
    const work = { market: termsOf(market), interval: input.interval, options: optionsOf(input) };
    return toWire(await insertUpload(tx, newId(), personOf(caller), work));
  }

  @Handles(putPart)
  async part({ input, tx }: OperationContext<typeof putPart>) {
    const { uploadId, attempt, number } = input;
    const bytes = Buffer.from(input.data, 'base64');
    // In zlib's threads, before a connection is held.
    const data = await deflate(bytes, { level: constants.Z_BEST_SPEED });
    const upload = orNotFound(await lockUpload(tx, uploadId));
    if (upload.status !== 'receiving') throw conflict({}, `The file is already ${upload.status}.`);
    if (number === 0 && upload.attempt !== attempt) await beginAttempt(tx, uploadId, attempt);
    else if (upload.attempt !== attempt) throw conflict({}, 'Another attempt to send the file has started.');
    const stored = await savePart(tx, uploadId, { number, bytes: bytes.length, data });
    if (stored > MAX_STORED_BYTES)
      throw bodyTooLarge(
        { limitBytes: MAX_STORED_BYTES },
        'Compressed it is more than 64 MiB. Send it in several files.',
      );
    return {};
  }

  @Handles(endFile)
  async end({ input: { uploadId, attempt, parts }, tx }: OperationContext<typeof endFile>): Promise<CandleUpload> {
    const upload = orNotFound(await lockUpload(tx, uploadId));
    if (upload.status !== 'receiving') return toWire(upload);
    const there = await countParts(tx, uploadId);
    if (upload.attempt !== attempt || there.parts !== parts || there.last !== parts - 1)
      throw conflict({}, 'The file is incomplete. Send it again.');
    await setUploadStatus(tx, uploadId, 'queued');
    await enqueueWork(tx, 'upload', uploadId, upload.person);
    tx.onCommit(() => this.wakes.wake('run-uploads'));
    return toWire(orNotFound(await findUpload(tx, uploadId)));
  }

  @Handles(cancelUpload)
  async cancel({ input: { uploadId }, tx }: OperationContext<typeof cancelUpload>): Promise<CandleUpload> {
    // Locks the queue first, as its runner does: no deadlock.
    if (await findUpload(tx, uploadId)) await dropWork(tx, uploadId);
    await endUpload(tx, uploadId, { status: 'cancelled' });
    return toWire(orNotFound(await findUpload(tx, uploadId)));
  }
}
