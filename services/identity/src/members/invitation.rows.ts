import type { listInvitations } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from '../kernel/address.rules.ts';
import { EFFECTIVE, rankOf } from '../kernel/member.rows.ts';
import { hashOf } from '../kernel/tokens.ts';

export interface InvitationRow {
  org_id: string;
  id: string;
  email: string;
  role: Role;
  invited_by: string;
  invited_with_key: string | null;
  created_at: Date;
  expires_at: Date;
}

export const toWire = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  invitedBy: row.invited_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

/** The hash by which the owner of an address finds its invitations. */
export const invitedHash = (email: string): string => hashOf(`invited ${normalAddress(email)}`);

/** Expires with the key that it was made with, and is deleted with it by a foreign key. */
export async function insertInvitation(
  tx: Tx,
  invitation: {
    email: string;
    role: Role;
    tokenHash: string;
    invitedBy: string | undefined;
    keyId: string | undefined;
  },
  validDays: number,
): Promise<InvitationRow> {
  const row = await tx.one<InvitationRow>(
    `insert into invitations (org_id, id, email, role, token_hash, invited_hash, invited_by, invited_with_key, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, least(now() + make_interval(days => $9),
       (select expires_at from api_keys where org_id = $1 and key_id = $8))) returning *`,
    [
      tx.orgId,
      newId(),
      invitation.email,
      invitation.role,
      invitation.tokenHash,
      invitedHash(invitation.email),
      invitation.invitedBy,
      invitation.keyId ?? null,
      validDays,
    ],
  );
  return row as InvitationRow;
}

export const INVITATION_ORDERS = sorting<Input<typeof listInvitations>['sort']>(
  {
    created: {},
    email: { key: 'lower(email)', as: 'text' },
    role: { key: rankOf('role'), as: 'number' },
    until: { key: 'expires_at', as: 'time' },
  },
  { column: 'id', as: 'uuid' },
);

const LISTED = `org_id = $1 and expires_at > now() and ($2::text is null or position(lower($2) in lower(email)) > 0)`;

export function listOpenInvitations(
  tx: Tx,
  place: Place,
  search: string | undefined,
): Promise<(InvitationRow & SortedRow)[]> {
  const params = [tx.orgId, search ?? null];
  return tx.query(`select *, ${place.key} from invitations where ${LISTED} ${place.rest(params)}`, params);
}

export async function countListed(tx: Tx, search: string | undefined): Promise<number> {
  const sql = `select count(*)::int as total from invitations where ${LISTED}`;
  return (await tx.one<{ total: number }>(sql, [tx.orgId, search ?? null]))?.total ?? 0;
}

export async function countOpenInvitations(tx: Tx, exceptFor?: string): Promise<number> {
  const row = await tx.one<{ open: number }>(
    `select count(*)::int as open from invitations
      where org_id = $1 and expires_at > now() and ($2::text is null or lower(email) <> $2)`,
    [tx.orgId, exceptFor === undefined ? null : normalAddress(exceptFor)],
  );
  return row?.open ?? 0;
}

/** Needs a transaction that finds by this hash. */
export const findOpenByToken = (tx: Tx, tokenHash: string): Promise<InvitationRow | undefined> =>
  tx.one<InvitationRow>('select * from invitations where token_hash = $1 and expires_at > now()', [tokenHash]);

/* To an address: for transactions that find by its `invitedHash`. */

export type ReceivedRow = InvitationRow & { organisation: string };

/** Newest first. */
export const listReceived = (
  tx: Tx,
  invited: string,
  limit: number,
  before: string | undefined,
): Promise<ReceivedRow[]> =>
  tx.query<ReceivedRow>(
    `select i.*, o.name as organisation from invitations i join organisations o using (org_id)
      where i.invited_hash = $1 and i.expires_at > now() and ($2::uuid is null or i.id < $2)
      order by i.id desc limit $3`,
    [invited, before ?? null, limit],
  );

export const findReceived = (tx: Tx, invited: string, id: string): Promise<InvitationRow | undefined> =>
  tx.one<InvitationRow>('select * from invitations where invited_hash = $1 and id = $2 and expires_at > now()', [
    invited,
    id,
  ]);

/** False when there is none. */
export const deleteInvitation = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('delete from invitations where org_id = $1 and id = $2 returning id', [tx.orgId, id])) !== undefined;

/** Makes room for another one to the same address. */
export async function deleteInvitationsTo(tx: Tx, email: string): Promise<void> {
  await tx.query('delete from invitations where org_id = $1 and (lower(email) = $2 or expires_at <= now())', [
    tx.orgId,
    normalAddress(email),
  ]);
}

/** Of this member, to these roles or to any. */
export async function deleteInvitationsBy(tx: Tx, userId: string, roles?: readonly Role[]): Promise<void> {
  await tx.query(
    'delete from invitations where org_id = $1 and invited_by = $2 and ($3::text[] is null or role = any($3))',
    [tx.orgId, userId, roles ?? null],
  );
}

/**
 * The current rights of the person or key that created the invitation; the membership stays locked until the transaction
 * ends. Undefined when they are gone: a key that has ended, or may only read, invites nobody.
 */
export const lockInviter = (
  tx: Tx,
  { invited_by: userId, invited_with_key: keyId }: InvitationRow,
): Promise<{ role: Role; scopes: string[] | null } | undefined> =>
  tx.one(
    `select ${EFFECTIVE}, k.scopes
       from members m left join api_keys k
         on k.org_id = m.org_id and k.key_id = $3 and k.restricted is null and (k.expires_at is null or k.expires_at > now())
      where m.org_id = $1 and m.user_id = $2 and ($3::text is null or k.key_id is not null) for share of m`,
    [tx.orgId, userId, keyId],
  );

/* What was mailed to the invited address. */

/** The invitation of a mailed token, as its organisation. */
export async function findMailed(tx: Tx, tokenHash: string): Promise<InvitationRow | undefined> {
  const token = await tx
    .as({ lookup: tokenHash })
    .one<{ org_id: string; invitation_id: string }>(
      'select org_id, invitation_id from invitation_tokens where token_hash = $1',
      [tokenHash],
    );
  if (!token) return undefined;
  return tx
    .as({ orgId: token.org_id })
    .one<InvitationRow>('select * from invitations where org_id = $1 and id = $2 and expires_at > now()', [
      token.org_id,
      token.invitation_id,
    ]);
}

/** Another seven days, or until the key that it was made with expires. */
export const renewInvitation = (tx: Tx, id: string, validDays: number): Promise<InvitationRow | undefined> =>
  tx.one<InvitationRow>(
    `update invitations i set expires_at = least(now() + make_interval(days => $3),
       (select expires_at from api_keys k where k.org_id = $1 and k.key_id = i.invited_with_key))
      where org_id = $1 and id = $2 and expires_at > now() returning *`,
    [tx.orgId, id, validDays],
  );

export const organisationOf = async ({ org_id: orgId }: InvitationRow, tx: Tx): Promise<string> =>
  (await tx.as({ orgId }).one<{ name: string }>('select name from organisations where org_id = $1', [orgId]))?.name ??
  '';

/** All of those to an address, of any organisation. */
export async function deleteReceived(tx: Tx, email: string): Promise<void> {
  const invited = invitedHash(email);
  const found = await tx
    .as({ lookup: invited })
    .query<{ org_id: string; id: string }>('select org_id, id from invitations where invited_hash = $1', [invited]);
  for (const { org_id: orgId, id } of found) await deleteInvitation(tx.as({ orgId }), id);
}
