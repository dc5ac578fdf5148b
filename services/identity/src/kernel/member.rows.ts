import type { Restriction, Standing } from '@tidegate/contracts/billing/restrictions';
import type { listMembers as ListMembers, Member } from '@tidegate/contracts/identity/members';
import { Role } from '@tidegate/contracts/identity/roles';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { cursorTime } from '@tidegate/database/paging';
import { NEVER, type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from './address.rules.ts';

export interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  restricted: Restriction | null;
  joined_at: Date;
  last_active_at: Date | null;
}

export const toWire = (row: MemberRow): Member => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  restricted: row.restricted,
  joinedAt: row.joined_at.toISOString(),
  lastActiveAt: row.last_active_at?.toISOString() ?? null,
});

/** What a member may do: whoever is over the limit may read. */
export const EFFECTIVE = "case when m.restricted is null then m.role else 'viewer' end as role";
export const effectiveRole = ({ role, restricted }: Pick<MemberRow, 'role' | 'restricted'>): Role =>
  restricted ? 'viewer' : role;

const COLUMNS = 'm.user_id, u.email, u.name, m.role, m.restricted, m.joined_at, u.last_active_at';
const FROM = 'from members m join users u on u.id = m.user_id where m.org_id = $1';
const SELECT = `select ${COLUMNS} ${FROM}`;

/** From the one who may do least up. */
export const rankOf = (column: string): string => `array_position(array['${Role.options.join("','")}'], ${column})`;

export const MEMBER_ORDERS = sorting<Input<typeof ListMembers>['sort']>(
  {
    joined: { key: 'm.joined_at', as: 'time' },
    name: { key: 'lower(u.name)', as: 'text' },
    email: { key: 'lower(u.email)', as: 'text' },
    role: { key: rankOf('m.role'), as: 'number' },
    lastActive: { key: `coalesce(u.last_active_at, ${NEVER})`, as: 'time' },
  },
  { column: 'm.user_id', as: 'uuid' },
);

export function listMembers(
  tx: Tx,
  place: Place,
  { search, role }: { search?: string | undefined; role?: Role | undefined },
): Promise<(MemberRow & SortedRow)[]> {
  const params = [tx.orgId, search || null, role ?? null];
  return tx.query(
    `select ${COLUMNS}, ${place.key} ${FROM}
       and ($2::text is null or position(lower($2) in lower(u.name)) > 0 or position(lower($2) in lower(u.email)) > 0)
       and ($3::text is null or m.role = $3) ${place.rest(params)}`,
    params,
  );
}

/**
 * Locks these members and all owners, in one order: decisions about roles still hold when they are written, and two
 * owners who leave at once do not both count on the other.
 */
export const lockMembers = (tx: Tx, userIds: readonly string[]): Promise<MemberRow[]> =>
  tx.query<MemberRow>(`${SELECT} and (m.user_id = any($2) or m.role = 'owner') order by m.user_id for update of m`, [
    tx.orgId,
    userIds,
  ]);

export const isMember = async (tx: Tx, email: string): Promise<boolean> =>
  (await tx.one(`${SELECT} and lower(u.email) = $2`, [tx.orgId, normalAddress(email)])) !== undefined;

/** With the version that revocations compare. */
export const findRole = (tx: Tx, userId: string): Promise<{ role: Role; version: string } | undefined> =>
  tx.one(`select ${EFFECTIVE}, version from members m where org_id = $1 and user_id = $2`, [tx.orgId, userId]);

/** Nobody changes the role until the transaction ends. */
export const lockRole = (tx: Tx, userId: string | undefined): Promise<{ role: Role } | undefined> =>
  tx.one(`select ${EFFECTIVE} from members m where org_id = $1 and user_id = $2 for share`, [tx.orgId, userId]);

export async function countMembers(tx: Tx): Promise<number> {
  const row = await tx.one<{ members: number }>('select count(*)::int as members from members where org_id = $1', [
    tx.orgId,
  ]);
  return row?.members ?? 0;
}

/**
 * Those who may only read now, or no more: owners come first, then who joined first, and one always keeps their rights.
 * Their tokens and keys have to be looked at again, so they get another version.
 */
export const restrictMembers = (tx: Tx, { keep, all }: Standing): Promise<{ user_id: string; version: string }[]> =>
  tx.query(
    `update members m set restricted = now_so.restricted, version = nextval('member_versions')
       from (select user_id, case when row_number() over order_of <= greatest($2::bigint, 1) then null
                                  when $3::text is not null then $3
                                  when $2::bigint is not null then 'over_limit' end as restricted
               from members where org_id = $1
             window order_of as (order by role <> 'owner', joined_at, user_id)) as now_so
      where m.org_id = $1 and m.user_id = now_so.user_id and m.restricted is distinct from now_so.restricted
      returning m.user_id, m.version`,
    [tx.orgId, keep, all],
  );

/** Those after the first so many, in the same order. The last who joined comes first. */
export const membersBeyond = (tx: Tx, keep: number, most: number): Promise<{ id: string; name: string }[]> =>
  tx.query(
    `select m.user_id as id, u.email as name
       from (select user_id, row_number() over (order by role <> 'owner', joined_at, user_id) as place
               from members where org_id = $1) as m join users u on u.id = m.user_id
      where place > greatest($2::bigint, 1) order by place desc limit $3`,
    [tx.orgId, keep, most],
  );

/** A member's own role, whatever it is restricted to, and who else is there. */
export const standingIn = (
  tx: Tx,
  userId: string,
): Promise<{ role: Role; members: number; owners: number } | undefined> =>
  tx.one(
    `select role, (select count(*)::int from members where org_id = $1) as members,
            (select count(*)::int from members where org_id = $1 and role = 'owner') as owners
       from members where org_id = $1 and user_id = $2`,
    [tx.orgId, userId],
  );

export async function insertMember(tx: Tx, userId: string, role: Role): Promise<void> {
  await tx.query('insert into members (org_id, user_id, role) values ($1, $2, $3)', [tx.orgId, userId, role]);
}

export async function setRole(tx: Tx, userId: string, role: Role, version: number): Promise<void> {
  await tx.query('update members set role = $3, version = $4 where org_id = $1 and user_id = $2', [
    tx.orgId,
    userId,
    role,
    version,
  ]);
}

/** Tokens and answers about their keys are looked at again. */
export async function renewVersions(
  tx: Tx,
  userIds: readonly string[],
): Promise<{ user_id: string; version: string }[]> {
  return tx.query(
    `update members set version = nextval('member_versions') where org_id = $1 and user_id = any ($2) returning user_id, version`,
    [tx.orgId, userIds],
  );
}

export async function deleteMember(tx: Tx, userId: string): Promise<void> {
  await tx.query('delete from members where org_id = $1 and user_id = $2', [tx.orgId, userId]);
}

/** Tokens with an older version than this no longer have a membership. */
export async function nextVersion(tx: Tx): Promise<number> {
  const row = await tx.one<{ version: string }>("select nextval('member_versions') as version");
  return Number(row?.version);
}

/* The memberships of a person: for transactions that run as this user, who sees their own memberships everywhere. */

export interface Membership {
  org_id: string;
  name: string;
  demo: boolean;
  demo_until: Date | null;
  role: Role;
  version: string;
  /** When they joined, as a cursor. */
  joined: string;
}

const MEMBERSHIPS = `select m.org_id, o.name, o.demo, o.demo_until, ${EFFECTIVE}, m.version, ${cursorTime('m.joined_at')} as joined
  from members m join organisations o using (org_id) where m.user_id = $1`;

/** As they are shown to that person. */
export const toOwn = ({ org_id, name, role, demo, demo_until }: Membership) => ({
  id: org_id,
  name,
  role,
  demo,
  demoUntil: demo_until?.toISOString() ?? null,
});

/** The organisation they joined first comes first. */
const NAMED = '($2::text is null or position(lower($2) in lower(o.name)) > 0)';

export const membershipsOf = (
  tx: Tx,
  userId: string,
  limit: number,
  [joined, orgId]: readonly string[] = [],
  search?: string,
): Promise<Membership[]> =>
  tx.query<Membership>(
    `${MEMBERSHIPS} and ${NAMED} and ($4::timestamptz is null or (m.joined_at, m.org_id) > ($4, $5::uuid))
      order by m.joined_at, m.org_id limit $3`,
    [userId, search ?? null, limit, joined ?? null, orgId ?? null],
  );

export async function countMemberships(tx: Tx, userId: string, search: string | undefined): Promise<number> {
  const row = await tx.one<{ total: number }>(
    `select count(*)::int as total from members m join organisations o using (org_id) where m.user_id = $1 and ${NAMED}`,
    [userId, search ?? null],
  );
  return row?.total ?? 0;
}

/** Undefined for an organisation that is not theirs. */
export const membershipIn = (tx: Tx, userId: string, orgId: string): Promise<Membership | undefined> =>
  tx.one<Membership>(`${MEMBERSHIPS} and m.org_id = $2`, [userId, orgId]);

/** The demo of the installation, if there is one. */
export const demoId = async (tx: Tx): Promise<string | undefined> =>
  (await tx.one<{ org_id: string }>('select org_id from demo_organisation'))?.org_id;

/** The organisation of this transaction as a guest has it; undefined unless it is the demo and there is data in it. */
export const filledDemo = (tx: Pick<Tx, 'one' | 'orgId'>): Promise<Membership | undefined> =>
  tx.one<Membership>(
    `select o.org_id, o.name, o.demo, o.demo_until, 'viewer' as role, '0' as version, ${cursorTime('o.created_at')} as joined
       from demo_organisation d join organisations o using (org_id)
      where o.org_id = $1 and o.demo and o.demo_until is not null`,
    [tx.orgId],
  );

/** All of them, in one order. */
export async function organisationsOf(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>('select org_id from members where user_id = $1 order by org_id', [
    userId,
  ]);
  return rows.map(({ org_id }) => org_id);
}
