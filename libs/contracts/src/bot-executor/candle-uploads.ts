import { z } from 'zod';
import { notAudited } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { CandleInterval, CandleReport, importOptions } from './candles.ts';
import { count, countsOf } from './list-query.ts';
import { MarketName } from './settings.ts';

export const UploadStatus = z.enum(['receiving', 'queued', 'running', 'done', 'failed', 'cancelled']).meta({
  id: 'CandleUploadStatus',
  description: 'receiving: the file has not arrived completely',
});
export type UploadStatus = z.infer<typeof UploadStatus>;

export const CandleUpload = z
  .object({
    id: Id,
    status: UploadStatus,
    market: z.string(),
    marketVersion: z.int(),
    interval: CandleInterval,
    bytes: z.int().meta({ description: 'Bytes of the file that have arrived' }),
    rowsRead: z.int().meta({ description: 'Rows that have been read so far' }),
    added: z.int().nullable().meta({ description: 'Candles that were not stored before' }),
    replaced: z.int().nullable().meta({ description: 'Candles that were stored with other prices' }),
    failure: z.string().nullable(),
    report: CandleReport.nullable().meta({ description: 'Present once the file was read, also if it failed' }),
    createdAt: Timestamp,
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'CandleUpload' });
export type CandleUpload = z.infer<typeof CandleUpload>;

export const tooManyUploads = problem(
  'too_many_uploads',
  409,
  'Too many candle files are under way',
  z.object({ limit: z.int() }),
);

const shared = { service: 'bot-executor', errors: [notFound] } as const;

export const beginUpload = operation({
  ...shared,
  name: 'candles.begin-upload',
  http: ['POST', '/api/v1/candles/uploads'],
  scope: 'bots:write',
  summary: 'Start the import of a large candle file; the file is sent next',
  description:
    'Send the file, CSV or gzip of it, as the body of PUT /candles/uploads/{uploadId}/file: up to 256 MiB, 512 MiB of ' +
    'text and 2,000,000 candles. It is read in the background: follow `rowsRead` until the status is `done`; `report` ' +
    'says how it was understood. All of its candles are imported, or none. Three files of an organisation may be in ' +
    'progress; one that has not arrived within an hour fails.',
  audit: {
    thing: 'candles',
    id: 'market',
    name: 'market',
    shows: ['interval', 'duplicates'],
    ignores: ['rounding', 'wrongRows', 'zone', 'decimalMark', 'sparse'],
  },
  input: z.strictObject({ market: MarketName, interval: CandleInterval, ...importOptions }),
  output: CandleUpload,
  errors: [notFound, tooManyUploads],
});

export const listUploads = operation({
  ...shared,
  name: 'candles.list-uploads',
  http: ['GET', '/api/v1/candles/uploads'],
  scope: 'bots:read',
  summary: 'Candle files of the organisation, newest first; the newest 100 are stored',
  input: z.strictObject({
    status: UploadStatus.optional().meta({ description: 'Only those in this state' }),
    market: MarketName.optional().meta({ description: 'Only those of this market', examples: ['BTC-USDT'] }),
    count,
    ...pageQuery,
  }),
  output: page(CandleUpload).extend({ counts: countsOf(UploadStatus, 'Of those of `market`, in whatever state') }),
});

const byId = z.strictObject({ uploadId: Id });

export const getUpload = operation({
  ...shared,
  name: 'candles.get-upload',
  http: ['GET', '/api/v1/candles/uploads/{uploadId}'],
  scope: 'bots:read',
  summary: 'A candle file: its progress, and how it was understood',
  input: byId,
  output: CandleUpload,
});

export const cancelUpload = operation({
  ...shared,
  name: 'candles.cancel-upload',
  http: ['POST', '/api/v1/candles/uploads/{uploadId}/cancel'],
  scope: 'bots:write',
  summary: 'Cancel the import of a candle file; one that has ended stays as it is',
  audit: { thing: 'candles', id: 'market', name: 'market', shows: ['interval'], ignores: ['uploadId'] },
  input: byId,
  output: CandleUpload,
  status: 200,
});

/** Bytes of a part: with base64 and its envelope a message stays below NATS's limit. */
export const PART_BYTES = 480 * 1024;
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
export const MAX_PARTS = Math.ceil(MAX_FILE_BYTES / PART_BYTES);

/*
 * How the gateway forwards a file: in parts, numbered from 0. Each attempt to send it has an id, and the first part of a new
 * attempt ends those before, so that a file is never made of two. Every part, and the end, may be repeated.
 */
const part = { uploadId: Id, attempt: Id };

export const putPart = operation({
  service: 'bot-executor',
  name: 'candles.put-part',
  scope: 'service',
  summary: 'Store a part of a candle file, from the gateway',
  audit: notAudited('a part of a file whose upload was recorded'),
  input: z.strictObject({
    ...part,
    number: z.int().min(0).max(MAX_PARTS),
    data: z.base64().max(PART_BYTES * 1.4),
  }),
  output: Empty,
  errors: [notFound],
  deadlineMs: 30_000,
});

export const endFile = operation({
  service: 'bot-executor',
  name: 'candles.end-file',
  scope: 'service',
  summary: 'Queue a candle file whose parts have all arrived, from the gateway',
  audit: notAudited('the end of a file whose upload was recorded'),
  input: z.strictObject({ ...part, parts: z.int().min(0).max(MAX_PARTS) }),
  output: CandleUpload,
  errors: [notFound],
  deadlineMs: 30_000,
});
