import type { Tx } from '@tidegate/database/tx';
import { recordTurn } from '../queue/queue.rows.ts';

/** The right to run a bot, until `LEASE_SECONDS` after it was taken. */
export interface Lease {
  bot_id: string;
  org_id: string;
  fence: string;
}

export const LEASE_SECONDS = 60;
/** Of a bot that has caught up; a safety net, since an import makes the organisation's bots due at once. */
export const LONGEST_PAUSE_SECONDS = 600;
const MAX_PAUSE_SECONDS = 300;
/**
 * What lies further ahead than any pause or lease was set while the server's clock was. Twice as far, because a transaction that
 * began a moment before another has no other clock.
 */
const ahead = (seconds: number): string => `now() + make_interval(secs => ${2 * seconds})`;
const IS_DUE = `(due_at <= now() or (due_at > ${ahead(LONGEST_PAUSE_SECONDS)} and due_at < 'infinity'))`;
const IS_FREE = `(expires_at < now() or expires_at > ${ahead(LEASE_SECONDS)})`;

/** A bot's row stays when it stops, so that its fence only ever grows. */
export const enqueue = (tx: Tx, botId: string, person: string): Promise<unknown> =>
  tx.query(
    `insert into bot_leases (bot_id, org_id, person) values ($1, $2, $3)
     on conflict (bot_id) do update set due_at = now(), failures = 0, person = excluded.person`,
    [botId, tx.orgId, person],
  );

export const dequeue = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query("update bot_leases set due_at = 'infinity', expires_at = '-infinity' where bot_id = $1", [botId]);

/** Whether it is never due, as a bot is that rests. */
export const isDequeued = async (tx: Tx, botId: string): Promise<boolean> =>
  (await tx.one("select 1 from bot_leases where bot_id = $1 and due_at = 'infinity'", [botId])) !== undefined;

/** The runner acquires it at once, whether it rested or not. */
export const dueNow = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query('update bot_leases set due_at = now(), failures = 0 where bot_id = $1', [botId]);

export const deleteLease = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query('delete from bot_leases where bot_id = $1', [botId]);

/**
 * Makes the organisation's bots due. It waits for running batches, which may have read before the candles existed, and
 * makes their bots due again.
 */
export const wakeBots = (tx: Tx, orgId: string | undefined): Promise<unknown> =>
  tx.query('update bot_leases set due_at = now() where org_id = $1 and isfinite(due_at) and failures = 0', [orgId]);

/**
 * Bots that are due and that no process runs: one of each person and organisation before a second one of any, those
 * first whose last turn is longest ago. Replicas that try at the same time get different ones.
 */
export async function acquireLeases(tx: Tx, most: number): Promise<Lease[]> {
  const leases = await tx.query<Lease & { person: string }>(
    `with due as (
       select bot_id, org_id, coalesce(person, org_id) as person, due_at,
              row_number() over (partition by coalesce(person, org_id) order by due_at, bot_id) as of_person,
              row_number() over (partition by org_id order by due_at, bot_id) as of_org
         from bot_leases where ${IS_DUE} and ${IS_FREE}),
     next as (
       select due.bot_id from due
         left join work_turns p on p.kind = 'bot' and p.party = due.person
         left join work_turns o on o.kind = 'bot' and o.party = due.org_id
        order by greatest(of_person, of_org), greatest(due_at, p.served_at, o.served_at), due_at limit $1)
     update bot_leases l set fence = fence + 1, expires_at = now() + make_interval(secs => $2)
      where bot_id in (select bot_id from bot_leases where bot_id in (select bot_id from next)
                          and ${IS_DUE} and ${IS_FREE} for update skip locked)
      returning bot_id, org_id, coalesce(person, org_id) as person, fence`,
    [most, LEASE_SECONDS],
  );
  if (leases.length > 0)
    await recordTurn(
      tx,
      'bot',
      leases.flatMap(({ person, org_id }) => [person, org_id]),
    );
  return leases;
}

export interface DueState {
  due: number;
  /** How long the first of them has been due. */
  lagSeconds: number;
  nextMs: number | null;
}

/** Of running bots. One that is due and leased counts from the end of its lease. */
export async function dueState(tx: Tx): Promise<DueState> {
  const row = await tx.one<DueState>(
    `select count(*) filter (where ${IS_DUE} and ${IS_FREE})::int as due,
            coalesce(extract(epoch from now() - min(due_at) filter (where due_at <= now() and expires_at < now())), 0)
              ::float8 as "lagSeconds",
            (extract(epoch from min(greatest(due_at, expires_at)) - now()) * 1000)::float8 as "nextMs"
       from bot_leases where due_at < 'infinity'`,
    [],
  );
  return row ?? { due: 0, lagSeconds: 0, nextMs: null };
}

/** True while the lease is ours. Locks it until the transaction ends, so that nobody takes over in between. */
export async function holdsLease(tx: Tx, { bot_id, fence }: Lease): Promise<boolean> {
  const held = await tx.one('select 1 from bot_leases where bot_id = $1 and fence = $2 for update', [bot_id, fence]);
  return held !== undefined;
}

/** The bot is due again after some seconds. */
export const releaseLease = (tx: Tx, { bot_id, fence }: Lease, seconds: number): Promise<unknown> =>
  tx.query(
    `update bot_leases set due_at = now() + make_interval(secs => $3), expires_at = '-infinity', failures = 0,
            ran_at = now()
      where bot_id = $1 and fence = $2 and isfinite(due_at)`,
    [bot_id, fence, seconds],
  );

/** After a failure, with a longer pause each time. Returns how many failures there were in a row. */
export async function retryLater(tx: Tx, { bot_id, fence }: Lease): Promise<number> {
  const row = await tx.one<{ failures: number }>(
    `update bot_leases set failures = failures + 1, expires_at = '-infinity',
            due_at = now() + make_interval(secs => least($3, power(2, least(failures, 16))))
      where bot_id = $1 and fence = $2 and isfinite(due_at) returning failures`,
    [bot_id, fence, MAX_PAUSE_SECONDS],
  );
  return row?.failures ?? 0;
}
