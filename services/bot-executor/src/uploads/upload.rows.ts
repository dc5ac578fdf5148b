import type { CandleUpload, UploadStatus } from '@tidegate/contracts/bot-executor/candle-uploads';
import type { CandleInterval, CandleReport, ImportOptions } from '@tidegate/contracts/bot-executor/candles';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { MarketTerms } from '../markets/markets.rules.ts';

export interface UploadWork {
  market: MarketTerms;
  interval: CandleInterval;
  options: ImportOptions;
}

export interface UploadRow {
  id: string;
  status: UploadStatus;
  work: UploadWork;
  person: string;
  attempt: string | null;
  bytes: string;
  added: number | null;
  replaced: number | null;
  report: CandleReport | null;
  failure: string | null;
  created_at: Date;
  finished_at: Date | null;
  /** Rows that have been read, while it is queued or running. */
  done: string | null;
}

const COLUMNS = `u.id, u.status, u.work, u.person, u.attempt, u.bytes, u.added, u.replaced, u.report, u.failure,
  u.created_at, u.finished_at, (select q.done from work_queue q where q.id = u.id) as done`;

export const toWire = (row: UploadRow): CandleUpload => ({
  id: row.id,
  status: row.status,
  market: row.work.market.market,
  marketVersion: row.work.market.version,
  interval: row.work.interval,
  bytes: Number(row.bytes),
  rowsRead: row.report?.rows ?? Number(row.done ?? 0),
  added: row.added,
  replaced: row.replaced,
  failure: row.failure,
  report: row.report,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});

export async function insertUpload(tx: Tx, id: string, person: string, work: UploadWork): Promise<UploadRow> {
  const row = await tx.one<UploadRow>(
    `insert into candle_uploads as u (org_id, id, person, work) values ($1, $2, $3, $4) returning ${COLUMNS}`,
    [tx.orgId, id, person, work],
  );
  return row as UploadRow;
}

export const findUpload = (tx: Tx, id: string): Promise<UploadRow | undefined> =>
  tx.one<UploadRow>(`select ${COLUMNS} from candle_uploads u where u.org_id = $1 and u.id = $2`, [tx.orgId, id]);

/** Everything else that concerns this upload waits until the transaction ends. */
export const lockUpload = (tx: Tx, id: string): Promise<UploadRow | undefined> =>
  tx.one<UploadRow>(`select ${COLUMNS} from candle_uploads u where u.org_id = $1 and u.id = $2 for update of u`, [
    tx.orgId,
    id,
  ]);

export interface UploadFilter {
  status?: UploadStatus | undefined;
  market?: string | undefined;
}

const FOUND = `u.org_id = $1 and ($2::text is null or u.work->'market'->>'market' = $2)`;

/** Newest first: ids grow with time. */
export const listUploadRows = (
  tx: Tx,
  { status, market }: UploadFilter,
  limit: number,
  before: string | undefined,
): Promise<UploadRow[]> =>
  tx.query<UploadRow>(
    `select ${COLUMNS} from candle_uploads u where ${FOUND} and ($3::text is null or u.status = $3)
        and ($4::uuid is null or u.id < $4) order by u.id desc limit $5`,
    [tx.orgId, market ?? null, status ?? null, before ?? null, limit],
  );

export const countUploads = (tx: Tx, { market }: UploadFilter) =>
  tx.query<{ kind: UploadStatus; count: number }>(
    `select u.status as kind, count(*)::int as count from candle_uploads u where ${FOUND} group by 1`,
    [tx.orgId, market ?? null],
  );

/** Other new uploads of the organisation wait until the transaction ends, so that all are counted. */
export const lockUploads = (tx: Tx): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`uploads ${tx.orgId}`]);

export async function countUnderWay(tx: Tx): Promise<number> {
  const row = await tx.one<{ uploads: number }>(
    `select count(*)::int as uploads from candle_uploads
      where org_id = $1 and status in ('receiving', 'queued', 'running')`,
    [tx.orgId],
  );
  return row?.uploads ?? 0;
}

/** Deletes all but the newest and those that have not ended. */
export const expireUploads = (tx: Tx, most: number): Promise<unknown> =>
  tx.query(
    `delete from candle_uploads where org_id = $1 and status in ('done', 'failed', 'cancelled') and id not in (
       select id from candle_uploads where org_id = $1 order by id desc limit $2)`,
    [tx.orgId, most],
  );

/** The file is sent from its beginning. */
export async function beginAttempt(tx: Tx, id: string, attempt: string): Promise<void> {
  await tx.query('delete from candle_upload_parts where org_id = $1 and upload_id = $2', [tx.orgId, id]);
  await tx.query('update candle_uploads set attempt = $3, bytes = 0 where org_id = $1 and id = $2', [
    tx.orgId,
    id,
    attempt,
  ]);
}

/** A repeated part replaces itself. Returns how many deflated bytes of the file are stored. */
export async function savePart(
  tx: Tx,
  id: string,
  part: { number: number; bytes: number; data: Buffer },
): Promise<number> {
  await tx.query(
    `insert into candle_upload_parts (org_id, upload_id, number, bytes, data) values ($1, $2, $3, $4, $5)
     on conflict (org_id, upload_id, number) do update set bytes = excluded.bytes, data = excluded.data`,
    [tx.orgId, id, part.number, part.bytes, part.data],
  );
  const row = await tx.one<{ bytes: string; stored: number }>(
    `select sum(bytes) as bytes, sum(octet_length(data))::int as stored from candle_upload_parts
      where org_id = $1 and upload_id = $2`,
    [tx.orgId, id],
  );
  await tx.query('update candle_uploads set bytes = $3 where org_id = $1 and id = $2', [tx.orgId, id, row?.bytes ?? 0]);
  return row?.stored ?? 0;
}

export async function countParts(tx: Tx, id: string): Promise<{ parts: number; last: number }> {
  const row = await tx.one<{ parts: number; last: number }>(
    `select count(*)::int as parts, coalesce(max(number), -1)::int as last from candle_upload_parts
      where org_id = $1 and upload_id = $2`,
    [tx.orgId, id],
  );
  return row ?? { parts: 0, last: -1 };
}

export async function readPart(tx: Tx, id: string, number: number): Promise<Buffer | undefined> {
  const row = await tx.one<{ data: Buffer }>(
    'select data from candle_upload_parts where org_id = $1 and upload_id = $2 and number = $3',
    [tx.orgId, id, number],
  );
  return row?.data;
}

export const setUploadStatus = (tx: Tx, id: string, status: UploadStatus): Promise<unknown> =>
  tx.query('update candle_uploads set status = $3 where org_id = $1 and id = $2', [tx.orgId, id, status]);

/** Ends an upload that has not ended yet, and deletes its file. */
export async function endUpload(
  tx: Tx,
  id: string,
  end: {
    status: 'done' | 'failed' | 'cancelled';
    report?: CandleReport;
    failure?: string | undefined;
    added?: number;
    replaced?: number;
  },
): Promise<void> {
  await tx.query(
    `update candle_uploads set status = $3, report = $4, failure = $5, added = $6, replaced = $7, finished_at = now()
      where org_id = $1 and id = $2 and status in ('receiving', 'queued', 'running')`,
    [tx.orgId, id, end.status, end.report ?? null, end.failure ?? null, end.added ?? null, end.replaced ?? null],
  );
  await tx.query('delete from candle_upload_parts where org_id = $1 and upload_id = $2', [tx.orgId, id]);
}

/** Ends uploads of all organisations whose file has not come. Returns how many. */
export async function failLateUploads(tx: Tx): Promise<number> {
  const late = await tx.query<{ org_id: string; id: string }>(
    `update candle_uploads set status = 'failed', failure = 'The file did not arrive within an hour.', finished_at = now()
      where status = 'receiving' and created_at < now() - interval '1 hour' returning org_id, id`,
  );
  for (const { org_id, id } of late)
    await tx.query('delete from candle_upload_parts where org_id = $1 and upload_id = $2', [org_id, id]);
  return late.length;
}

/** Undoes what `work` wrote when it is refused; the transaction goes on. */
export async function withSavepoint(tx: Tx, work: () => Promise<void>): Promise<void> {
  await tx.query('savepoint before_work');
  try {
    await work();
  } catch (error) {
    if (error instanceof ProblemError) await tx.query('rollback to savepoint before_work');
    throw error;
  }
}
