import type { createSweep, Sweep, SweepDetail, SweepStatus } from '@tidegate/contracts/bot-executor/sweeps';
import type { Input } from '@tidegate/contracts/kernel/operation';
import type { Tx } from '@tidegate/database/tx';

/** What was asked for. */
export type SweepInput = Input<typeof createSweep>;
export type SweepResults = Pick<SweepDetail, 'results' | 'windows' | 'outOfSample'>;

export interface SweepRow {
  id: string;
  status: SweepStatus;
  work: SweepInput;
  combinations: number;
  refused: number;
  runs: number;
  done: number;
  fingerprint: string | null;
  failure: string | null;
  created_at: Date;
  finished_at: Date | null;
}

const COLUMNS =
  'id, status, work, combinations, refused, runs, done, fingerprint, failure, created_at, finished_at' as const;

export const toWire = (row: SweepRow): Sweep => ({
  id: row.id,
  status: row.status,
  settings: row.work.settings,
  vary: row.work.vary,
  feed: row.work.feed,
  rankBy: row.work.rankBy,
  walkForward: row.work.walkForward ?? null,
  combinations: row.combinations,
  refused: row.refused,
  runs: row.runs,
  done: row.done,
  fingerprint: row.fingerprint,
  failure: row.failure,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});

export interface NewSweep {
  id: string;
  work: SweepInput;
  combinations: number;
  refused: number;
  runs: number;
}

export async function insertSweep(tx: Tx, { id, work, combinations, refused, runs }: NewSweep): Promise<SweepRow> {
  const row = await tx.one<SweepRow>(
    `insert into sweeps (org_id, id, work, combinations, refused, runs) values ($1, $2, $3, $4, $5, $6)
     returning ${COLUMNS}`,
    [tx.orgId, id, work, combinations, refused, runs],
  );
  await tx.query('insert into sweep_leases (sweep_id, org_id) values ($1, $2)', [id, tx.orgId]);
  return row as SweepRow;
}

export const findSweep = (tx: Tx, id: string): Promise<SweepRow | undefined> =>
  tx.one<SweepRow>(`select ${COLUMNS} from sweeps where org_id = $1 and id = $2`, [tx.orgId, id]);

export const findResults = async (tx: Tx, id: string): Promise<SweepResults | undefined> => {
  const sql = 'select results from sweeps where org_id = $1 and id = $2';
  const row = await tx.one<{ results: SweepResults | null }>(sql, [tx.orgId, id]);
  return row?.results ?? undefined;
};

/** Newest first: ids grow with time. */
export const listSweepRows = (tx: Tx, limit: number, before: string | undefined): Promise<SweepRow[]> =>
  tx.query<SweepRow>(
    `select ${COLUMNS} from sweeps where org_id = $1 and ($3::uuid is null or id < $3) order by id desc limit $2`,
    [tx.orgId, limit, before ?? null],
  );

export async function countWaiting(tx: Tx): Promise<number> {
  const row = await tx.one<{ waiting: number }>(
    "select count(*)::int as waiting from sweeps where org_id = $1 and status in ('waiting', 'running')",
    [tx.orgId],
  );
  return row?.waiting ?? 0;
}

/** The end of a sweep that has not ended yet; undefined when it has. */
export async function endSweep(
  tx: Tx,
  id: string,
  end: { status: 'done' | 'cancelled' | 'failed'; results?: SweepResults; fingerprint?: string; failure?: string },
): Promise<SweepRow | undefined> {
  await tx.query('delete from sweep_leases where sweep_id = $1', [id]);
  return tx.one<SweepRow>(
    `update sweeps set status = $3, results = $4, fingerprint = $5, failure = $6, finished_at = now(),
            done = case when $3 = 'done' then runs else done end
      where org_id = $1 and id = $2 and status in ('waiting', 'running') returning ${COLUMNS}`,
    [tx.orgId, id, end.status, end.results ?? null, end.fingerprint ?? null, end.failure ?? null],
  );
}
