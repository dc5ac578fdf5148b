import type { Tx } from '@tidegate/database/tx';
import type { Count } from './login-throttle.rules.ts';

/** Networks and devices of one person; the most recently used stay. */
const MOST_SOURCES = 50;

/** The counts of these, and the sources from which the account's owner has logged in. */
export async function readThrottle(tx: Tx, subjects: string[], sources: string[]) {
  const row = await tx.one<{ counts: Record<string, [number, number]> | null; known: string[] }>(
    `select array(select distinct subject from known_login_sources where subject = any($2)) as known,
            (select json_object_agg(subject, json_build_array(failures, extract(epoch from clock_timestamp() - last_at)))
               from login_failures where subject = any($1) and last_at > now() - interval '1 day') as counts`,
    [subjects, sources],
  );
  const counts = new Map<string, Count>();
  for (const [subject, [failures, ageSeconds]] of Object.entries(row?.counts ?? {})) {
    counts.set(subject, { failures, ageSeconds });
  }
  return { counts, known: new Set(row?.known) };
}

/** From none after a day without any. What the network does stays as it is until the end. */
export async function lockFailures(tx: Tx, subjects: string[]): Promise<void> {
  await tx.query(
    `insert into login_failures as f (subject, failures) select s, 0 from unnest($1::text[]) s order by s
     on conflict (subject) do update set
       failures = case when f.last_at < now() - interval '1 day' then 0 else f.failures end`,
    [subjects],
  );
}

/** They have to be locked. */
export async function addFailures(tx: Tx, subjects: string[]): Promise<void> {
  await tx.query(
    'update login_failures set failures = failures + 1, last_at = clock_timestamp() where subject = any($1)',
    [subjects],
  );
}

/** Locked in one order, as everywhere here, so that two log-ins never deadlock. */
export async function takeBackFailures(tx: Tx, subjects: string[]): Promise<void> {
  await tx.query(
    `with locked as (select subject from login_failures where subject = any($1) order by subject for update)
     update login_failures f set failures = greatest(f.failures - 1, 0) from locked where f.subject = locked.subject`,
    [subjects],
  );
}

/** Skipped when the row is locked: many log-ins to one account must not queue up with our connections. */
export async function countAttack(tx: Tx, account: string): Promise<void> {
  await tx.query('insert into login_failures (subject, failures) values ($1, 0) on conflict do nothing', [account]);
  await tx.query(
    `update login_failures f set last_at = clock_timestamp(),
            failures = 1 + case when f.last_at < now() - interval '1 day' then 0 else f.failures end
      where subject in (select subject from login_failures where subject = $1 for update skip locked)`,
    [account],
  );
}

export async function clearFailures(tx: Tx, subject: string): Promise<void> {
  await tx.query('delete from login_failures where subject = $1', [subject]);
}

export const isKnownSource = async (tx: Tx, source: string): Promise<boolean> =>
  (await tx.one('select 1 from known_login_sources where subject = $1', [source])) !== undefined;

export async function addKnownSources(tx: Tx, userId: string, sources: string[]): Promise<void> {
  await tx.query(
    `insert into known_login_sources (user_id, subject) select $1, s from unnest($2::text[]) s order by s
     on conflict (user_id, subject) do update set last_at = now()`,
    [userId, sources],
  );
  await tx.query(
    `delete from known_login_sources where user_id = $1 and subject in (
       select subject from known_login_sources where user_id = $1 order by last_at desc, subject offset $2)`,
    [userId, MOST_SOURCES],
  );
}

export async function deleteKnownSources(tx: Tx, userId: string): Promise<void> {
  await tx.query('delete from known_login_sources where user_id = $1', [userId]);
}
