import { setTimeout } from 'node:timers/promises';
import type { Tx } from './tx.ts';

/**
 * Late writes outside transactions of the organisation, such as usage that waited in a stream, are deleted by later
 * sweeps: after seconds for what was running, after days for what a stream may have kept.
 */
const NEXT_SWEEP = ['10 seconds', '1 minute', '10 minutes', '1 day', '8 days'];
/** Longer than backups, streams and retries last. */
const RETENTION_DAYS = 400;

/** How far a sweep has come: everything of the tables before `step` is gone, and its pages before `page`. */
export interface Place {
  step: string;
  page: number;
}

export interface Deletion {
  org_id: string;
  sweeps: number;
  place: Place | null;
}

const DELETED = 'TG410';
const POLL_MS = 100;

/** A transaction for an organisation that no longer exists. */
export class OrganisationDeleted extends Error {
  override readonly name = 'OrganisationDeleted';
}

const MOVING = 'TG423';

/** A transaction for an organisation that is being moved to another installation, or from one. */
export class OrganisationMoving extends Error {
  override readonly name = 'OrganisationMoving';
}

/** Recognises the exceptions of `enter_organisation`. */
export function named(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code === DELETED) return new OrganisationDeleted('The organisation was deleted.', { cause: error });
  if (code === MOVING) {
    const message = 'The organisation is being moved to another installation. Until that is done it can only be read.';
    return new OrganisationMoving(message, { cause: error });
  }
  return error;
}

/** From its commit on nothing is written for the organisation, and the sweeps start. */
export async function noteDeleted(tx: Tx, orgId: string): Promise<void> {
  await tx.query('insert into deleted_organisations (org_id) values ($1) on conflict do nothing', [orgId]);
}

/** Leases the sweep that has been due longest, for a minute. */
export const takeDeletion = (tx: Tx): Promise<Deletion | undefined> =>
  tx.one<Deletion>(
    `update deleted_organisations set held_until = now() + interval '1 minute'
      where org_id = (select org_id from deleted_organisations
                       where due_at <= now() and (held_until < now() or held_until > now() + interval '2 minutes')
                       order by due_at limit 1 for update skip locked)
      returning org_id, sweeps, place`,
  );

/** Milliseconds until the next sweep is due. */
export async function nextDeletion(tx: Tx): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    `select (extract(epoch from min(greatest(due_at, held_until)) - now()) * 1000)::float8 as ms
       from deleted_organisations where due_at is not null`,
  );
  return row?.ms ?? undefined;
}

/** Running transactions of this service, by an id that no other transaction ever gets. */
async function underWay(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ transaction: string }>(
    `select l.virtualtransaction as transaction from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'virtualxid' and l.mode = 'ExclusiveLock' and a.datname = current_database()
        and a.usename = current_user and l.pid <> pg_backend_pid()`,
  );
  return new Set(rows.map((row) => row.transaction));
}

/**
 * Called after the deletion was committed: waits for transactions that started before and so may not have seen it. The
 * server's timeouts bound how long. Returns false when it was aborted.
 */
export async function waitForWriters(tx: Tx, signal: AbortSignal): Promise<boolean> {
  const before = await underWay(tx);
  while (before.size > 0) {
    if (signal.aborted) return false;
    await setTimeout(POLL_MS);
    const now = await underWay(tx);
    for (const transaction of before) if (!now.has(transaction)) before.delete(transaction);
  }
  return true;
}

export async function saveProgress(tx: Tx, orgId: string, place: Place, rows: number): Promise<void> {
  await tx.query(
    `update deleted_organisations set place = $2::jsonb, rows = rows + $3, held_until = now() + interval '1 minute'
      where org_id = $1`,
    [orgId, JSON.stringify(place), rows],
  );
}

/** For a process that stops: another continues at once. */
export async function giveBackDeletion(tx: Tx, orgId: string): Promise<void> {
  await tx.query("update deleted_organisations set held_until = '-infinity' where org_id = $1", [orgId]);
}

/** Returns how many rows all sweeps deleted. */
export async function endSweep(tx: Tx, { org_id, sweeps }: Deletion): Promise<number> {
  const row = await tx.one<{ rows: string }>(
    `update deleted_organisations set place = null, sweeps = $2, held_until = '-infinity', due_at = now() + $3::interval
      where org_id = $1 returning rows`,
    [org_id, sweeps + 1, NEXT_SWEEP[sweeps] ?? null],
  );
  return Number(row?.rows ?? 0);
}

/** Together with the proof that the organisation's key was destroyed. */
export async function expireDeletions(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>(
    `delete from deleted_organisations where due_at is null and deleted_at < now() - make_interval(days => ${RETENTION_DAYS})
      returning org_id`,
  );
  return rows.map((row) => row.org_id);
}
