import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface SessionRow {
  id: string;
  user_id: string;
  current_org_id: string | null;
  refresh_key_sealed: string;
  refresh_counter: string;
  rotated_at: Date;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  device: string | null;
  address: string | null;
}

/** Who uses it: what the device calls itself, and from where. */
export interface Whence {
  ip?: string | undefined;
  device?: string | undefined;
}

const ALIVE = 'revoked_at is null and expires_at > now()';

export async function insertSession(
  tx: Tx,
  session: { id: string; userId: string; orgId: string | undefined; refreshKeySealed: string; days: number } & Whence,
): Promise<SessionRow> {
  const row = await tx.one<SessionRow>(
    `insert into sessions (id, user_id, current_org_id, refresh_key_sealed, expires_at, device, address)
     values ($1, $2, $3, $4, now() + make_interval(days => $5), $6, $7) returning *`,
    [
      session.id,
      session.userId,
      session.orgId ?? null,
      session.refreshKeySealed,
      session.days,
      session.device ?? null,
      session.ip ?? null,
    ],
  );
  return row as SessionRow;
}

export const findSession = (tx: Tx, id: string): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>('select * from sessions where id = $1', [id]);

export const findOwnSession = (tx: Tx, userId: string, id: string): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>('select * from sessions where id = $1 and user_id = $2', [id, userId]);

/** Those that are still valid, most recently used first. */
export const listOwnSessions = (
  tx: Tx,
  userId: string,
  limit: number,
  [used, id]: readonly string[] = [],
): Promise<(SessionRow & { used: string })[]> =>
  tx.query<SessionRow & { used: string }>(
    `select *, ${cursorTime('rotated_at')} as used from sessions
      where user_id = $1 and ${ALIVE} and ($3::timestamptz is null or (rotated_at, id) < ($3, $4::uuid))
      order by rotated_at desc, id desc limit $2`,
    [userId, limit, used ?? null, id ?? null],
  );

export async function countOwnSessions(tx: Tx, userId: string): Promise<number> {
  const sql = `select count(*)::int as total from sessions where user_id = $1 and ${ALIVE}`;
  return (await tx.one<{ total: number }>(sql, [userId]))?.total ?? 0;
}

/** One compare-and-swap: of many concurrent uses of a token exactly one rotates it. */
export const rotateSession = (
  tx: Tx,
  id: string,
  counter: number,
  { device, ip }: Whence,
): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>(
    `update sessions set refresh_counter = refresh_counter + 1, rotated_at = now(),
            device = coalesce($3, device), address = coalesce($4, address)
      where id = $1 and refresh_counter = $2 and ${ALIVE} returning *`,
    [id, counter, device ?? null, ip ?? null],
  );

/** The session whose token with this counter was rotated within the last seconds, and whose new token is unused. */
export const findJustRotated = (
  tx: Tx,
  id: string,
  counter: number,
  seconds: number,
): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>(
    `select * from sessions where id = $1 and refresh_counter = $2 + 1 and ${ALIVE}
        and rotated_at > now() - make_interval(secs => $3)`,
    [id, counter, seconds],
  );

export const moveSession = (tx: Tx, userId: string, id: string, orgId: string): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>(
    'update sessions set current_org_id = $2 where id = $1 and user_id = $3 and revoked_at is null returning *',
    [id, orgId, userId],
  );

/** False when it was revoked before. */
export const endSession = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('update sessions set revoked_at = now() where id = $1 and revoked_at is null returning id', [id])) !==
  undefined;

/** Ends all sessions of a person, or all but one. Returns which. */
export async function endSessions(tx: Tx, userId: string, except?: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update sessions set revoked_at = now()
      where user_id = $1 and revoked_at is null and id::text is distinct from $2 returning id`,
    [userId, except ?? null],
  );
  return rows.map((row) => row.id);
}

/** Ends the least recently used ones beyond the limit of a person. Returns which. */
export async function endSurplus(tx: Tx, userId: string, most: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update sessions set revoked_at = now() where id in (
       select id from sessions where user_id = $1 and ${ALIVE}
        order by rotated_at desc, id desc offset $2) returning id`,
    [userId, most],
  );
  return rows.map((row) => row.id);
}

/** Whether somebody logged in so few minutes ago. */
export const beganRecently = async (tx: Tx, id: string, minutes: number): Promise<boolean> =>
  (await tx.one(
    `select 1 from sessions where id = $1 and ${ALIVE} and created_at > now() - make_interval(mins => $2)`,
    [id, minutes],
  )) !== undefined;
