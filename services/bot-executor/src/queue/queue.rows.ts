import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Tx } from '@tidegate/database/tx';

/**
 * Who takes turns: a person, over all of their organisations and API keys. A service acts for the organisation.
 */
export const personOf = ({ userId, orgId }: Caller): string => userId ?? orgId ?? '';

export type Kind = 'backtest' | 'sweep' | 'upload';

/** A leased job. The lease is renewed while it runs, and ends `LEASE_SECONDS` after its process died. */
export interface Job {
  id: string;
  org_id: string;
  person: string;
  fence: string;
  /** How often it was started, this time included. */
  tries: number;
}

export const LEASE_SECONDS = 30;
/** Pause after an outage. */
const REST_SECONDS = 2;
/** Where a lease lasts longer than one does, the server's clock was ahead when it was given. */
const isHeld = (table: string): string =>
  `(${table}.expires_at >= now() and ${table}.expires_at < now() + make_interval(secs => ${2 * LEASE_SECONDS}))`;

export const enqueueWork = (tx: Tx, kind: Kind, id: string, person: string): Promise<unknown> =>
  tx.query('insert into work_queue (id, kind, org_id, person) values ($1, $2, $3, $4)', [id, kind, tx.orgId, person]);

export const dropWork = (tx: Tx, id: string): Promise<unknown> =>
  tx.query('delete from work_queue where id = $1', [id]);

/**
 * Counts the queued jobs of the organisation and of the person. Their other requests wait until the transaction ends.
 */
export async function countQueued(
  tx: Tx,
  kind: Kind,
  person: string,
): Promise<{ organisation: number; person: number }> {
  // Always in the same order: the organisation's before the person's.
  for (const party of [tx.orgId, person])
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`queue ${kind} ${party}`]);
  const row = await tx.one<{ organisation: number; person: number }>(
    `select count(*) filter (where org_id = $2)::int as organisation, count(*) filter (where person = $3)::int as person
       from work_queue where kind = $1 and (org_id = $2 or person = $3)`,
    [kind, tx.orgId, person],
  );
  return row ?? { organisation: 0, person: 0 };
}

/** Deletes the job and records the turn: jobs of others come before the next one of the same person. */
export async function endWork(tx: Tx, kind: Kind, { id, person, org_id }: Job): Promise<void> {
  await dropWork(tx, id);
  await recordTurn(tx, kind, [person, org_id]);
}

/**
 * The job that has waited longest: since it was queued, or since the last turn of its person or its organisation, whichever
 * is later. So somebody with a hundred jobs delays another by one of them, and a person with nine organisations is one
 * person. Nobody has two jobs running. A process does not acquire the jobs that it runs itself (`own`), even when their
 * leases have ended in an outage.
 */
export async function acquireWork(tx: Tx, kind: Kind, own: readonly string[] = []): Promise<Job | undefined> {
  // Two replicas that acquire at the same time would both see that a person has nothing running.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`take ${kind}`]);
  const job = await tx.one<Job>(
    `update work_queue set fence = fence + 1, tries = tries + 1, expires_at = now() + make_interval(secs => $2)
      where id = (
        select q.id from work_queue q
          left join work_turns p on p.kind = q.kind and p.party = q.person
          left join work_turns o on o.kind = q.kind and o.party = q.org_id
         where q.kind = $1 and not ${isHeld('q')} and q.id <> all ($3) and not exists (
           select 1 from work_queue r
            where r.kind = $1 and ${isHeld('r')} and (r.person = q.person or r.org_id = q.org_id))
         order by greatest(q.queued_at, p.served_at, o.served_at), q.queued_at, q.id
         limit 1 for update of q skip locked)
      returning id, org_id, person, fence, tries`,
    [kind, LEASE_SECONDS, own],
  );
  if (job) await recordTurn(tx, kind, [job.person, job.org_id]);
  return job;
}

export const recordTurn = (tx: Tx, kind: string, parties: readonly string[]): Promise<unknown> =>
  tx.query(
    `insert into work_turns (kind, party, served_at)
     select distinct $1, party, clock_timestamp() from unnest($2::uuid[]) as party order by party
     on conflict (kind, party) do update set served_at = excluded.served_at`,
    [kind, [...new Set(parties)]],
  );

/** A turn before everything that waits changes no order; an hour is longer than that in nearly every case. */
export const expireTurns = (tx: Tx): Promise<unknown> =>
  tx.query("delete from work_turns where served_at < now() - interval '1 hour'");

/** Renews the lease and stores the progress. False when the job was cancelled, deleted or taken over. */
export async function renewWork(tx: Tx, { id, fence }: Job, done: number): Promise<boolean> {
  const held = await tx.one(
    `update work_queue set expires_at = now() + make_interval(secs => $3), done = $4
      where id = $1 and fence = $2 returning 1`,
    [id, fence, LEASE_SECONDS, done],
  );
  return held !== undefined;
}

/** True while the lease is ours. Locks it until the transaction ends, so that nobody takes over in between. */
export async function holdsWork(tx: Tx, { id, fence }: Job): Promise<boolean> {
  return (await tx.one('select 1 from work_queue where id = $1 and fence = $2 for update', [id, fence])) !== undefined;
}

/** Releases it for another runner, at once or after a pause; this try does not count. */
export const releaseWork = (tx: Tx, { id, fence }: Job, rest: boolean): Promise<unknown> =>
  tx.query(
    `update work_queue set tries = tries - 1,
            expires_at = case when $3 then now() + make_interval(secs => $4) else '-infinity' end
      where id = $1 and fence = $2`,
    [id, fence, rest, REST_SECONDS],
  );

export interface QueueState {
  waiting: number;
  /** How long the oldest has waited. */
  oldestSeconds: number;
  /** Until a lease or a pause ends: the job can be acquired then. */
  nextMs: number | null;
}

export async function queueState(tx: Tx, kind: Kind): Promise<QueueState> {
  const row = await tx.one<QueueState>(
    `select count(*) filter (where not ${isHeld('w')})::int as waiting,
            coalesce(extract(epoch from now() - min(queued_at) filter (where not ${isHeld('w')})), 0)::float8
              as "oldestSeconds",
            (extract(epoch from min(expires_at) filter (where ${isHeld('w')}) - now()) * 1000)::float8 as "nextMs"
       from work_queue w where kind = $1`,
    [kind],
  );
  return row ?? { waiting: 0, oldestSeconds: 0, nextMs: null };
}
