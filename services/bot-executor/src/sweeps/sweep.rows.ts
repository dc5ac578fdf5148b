import type { Gaps } from '@tidegate/contracts/bot-executor/candles';
import type {
  createSweep,
  Sweep,
  SweepDetail,
  SweepResult,
  SweepStatus,
} from '@tidegate/contracts/bot-executor/sweeps';
import type { Input } from '@tidegate/contracts/kernel/operation';
import type { Tx } from '@tidegate/database/tx';
import { knownMarket } from '../markets/built-in-markets.ts';
import { type MarketRules, type MarketTerms, rulesOf } from '../markets/markets.rules.ts';

/** The request. */
export type SweepInput = Input<typeof createSweep> & {
  /** The market's rules that it runs by; absent in sweeps from before markets had versions. */
  market?: MarketTerms;
};
export type SweepResults = Pick<SweepDetail, 'results' | 'windows' | 'outOfSample'> & {
  /** Absent in older sweeps. */
  gaps?: Gaps | null;
  /** Best first; stored apart, since a sweep is read more often than all of its results. */
  all?: SweepResult[];
};

export interface SweepRow {
  id: string;
  status: SweepStatus;
  work: SweepInput;
  combinations: number;
  refused: number;
  runs: number;
  done: number;
  content_hash: string | null;
  failure: string | null;
  created_at: Date;
  finished_at: Date | null;
}

/** Its progress is in the queue until it has ended. */
const COLUMNS = `s.id, s.status, s.work, s.combinations, s.refused, s.runs,
  coalesce((select q.done::int from work_queue q where q.id = s.id), s.done) as done,
  s.content_hash, s.failure, s.created_at, s.finished_at` as const;

export const toWire = (row: SweepRow): Sweep => ({
  id: row.id,
  status: row.status,
  settings: row.work.settings,
  marketVersion: row.work.market?.version ?? 1,
  vary: row.work.vary,
  feed: row.work.feed,
  rankBy: row.work.rankBy,
  walkForward: row.work.walkForward ?? null,
  combinations: row.combinations,
  refused: row.refused,
  runs: row.runs,
  done: row.done,
  contentHash: row.content_hash,
  failure: row.failure,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});

export const marketOfSweep = ({ market, settings }: SweepInput): MarketRules =>
  market ? rulesOf(market) : knownMarket(settings.market);

export interface NewSweep {
  id: string;
  work: SweepInput;
  combinations: number;
  refused: number;
  runs: number;
}

export async function insertSweep(tx: Tx, { id, work, combinations, refused, runs }: NewSweep): Promise<SweepRow> {
  const row = await tx.one<SweepRow>(
    `insert into sweeps as s (org_id, id, work, combinations, refused, runs) values ($1, $2, $3, $4, $5, $6)
     returning ${COLUMNS}`,
    [tx.orgId, id, work, combinations, refused, runs],
  );
  return row as SweepRow;
}

export const findSweep = (tx: Tx, id: string): Promise<SweepRow | undefined> =>
  tx.one<SweepRow>(`select ${COLUMNS} from sweeps s where s.org_id = $1 and s.id = $2`, [tx.orgId, id]);

export const findResults = async (tx: Tx, id: string): Promise<SweepResults | undefined> => {
  const sql = 'select results from sweeps where org_id = $1 and id = $2';
  const row = await tx.one<{ results: SweepResults | null }>(sql, [tx.orgId, id]);
  return row?.results ?? undefined;
};

/** Best first; of older sweeps the best 50. Undefined when there is no such sweep. */
export async function findEveryResult(tx: Tx, id: string): Promise<SweepResult[] | undefined> {
  const sql = `select coalesce(every_result, results->'results') as all_results from sweeps where org_id = $1 and id = $2`;
  const row = await tx.one<{ all_results: SweepResult[] | null }>(sql, [tx.orgId, id]);
  return row && (row.all_results ?? []);
}

export interface SweepFilter {
  status?: SweepStatus | undefined;
  market?: string | undefined;
}

const FOUND = `s.org_id = $1 and ($2::text is null or s.work->'settings'->>'market' = $2)`;

/** Newest first: ids grow with time. */
export const listSweepRows = (
  tx: Tx,
  { status, market }: SweepFilter,
  limit: number,
  before: string | undefined,
): Promise<SweepRow[]> =>
  tx.query<SweepRow>(
    `select ${COLUMNS} from sweeps s where ${FOUND} and ($3::text is null or s.status = $3)
        and ($4::uuid is null or s.id < $4) order by s.id desc limit $5`,
    [tx.orgId, market ?? null, status ?? null, before ?? null, limit],
  );

export const countSweeps = (tx: Tx, { market }: SweepFilter) =>
  tx.query<{ kind: SweepStatus; count: number }>(
    `select s.status as kind, count(*)::int as count from sweeps s where ${FOUND} group by 1`,
    [tx.orgId, market ?? null],
  );

/** Its request; undefined when it has ended. */
export async function beginSweep(tx: Tx, id: string): Promise<SweepInput | undefined> {
  const row = await tx.one<{ work: SweepInput }>(
    `update sweeps set status = 'running'
      where org_id = $1 and id = $2 and status in ('waiting', 'running') returning work`,
    [tx.orgId, id],
  );
  return row?.work;
}

/** Ends a sweep that has not ended yet. */
export async function endSweep(
  tx: Tx,
  id: string,
  end: { status: 'done' | 'cancelled' | 'failed'; results?: SweepResults; contentHash?: string; failure?: string },
): Promise<void> {
  const { all, ...results } = end.results ?? {};
  await tx.query(
    `update sweeps set status = $3, results = $4, every_result = $7, content_hash = $5, failure = $6, finished_at = now(),
            done = case when $3 = 'done' then runs else done end
      where org_id = $1 and id = $2 and status in ('waiting', 'running')`,
    [
      tx.orgId,
      id,
      end.status,
      end.results ? results : null,
      end.contentHash ?? null,
      end.failure ?? null,
      all ? JSON.stringify(all) : null,
    ],
  );
}

export async function deleteSweepRow(tx: Tx, id: string): Promise<boolean> {
  return (await tx.one('delete from sweeps where org_id = $1 and id = $2 returning 1', [tx.orgId, id])) !== undefined;
}

/** Deletes all but the newest and those that have not ended. */
export const expireSweeps = (tx: Tx, most: number): Promise<unknown> =>
  tx.query(
    `delete from sweeps where org_id = $1 and status not in ('waiting', 'running') and id not in (
       select id from sweeps where org_id = $1 order by id desc limit $2)`,
    [tx.orgId, most],
  );
