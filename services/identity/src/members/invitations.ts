import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { invite, listInvitations, revokeInvitation } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { refuseLarger } from '../kernel/delegation.rules.ts';
import { giverOf } from '../kernel/grantor.ts';
import { countSeats, isMember } from '../kernel/member.rows.ts';
import { VerifiedAddresses } from '../kernel/verified-addresses.ts';

const VALID_DAYS = 7;
/** Of one organisation, whatever its plan: some plans have no end of seats. */
const MOST_OPEN = 500;

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

const toWire = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  invitedBy: row.invited_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Hashed it is what whoever has the address finds an invitation by. */
export const invitedText = (email: string): string => `invited ${email.toLowerCase()}`;

/** An invitation is for one e-mail address, works once, and no longer than its maker could make it again. */
@Injectable()
export class Invitations {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly addresses: VerifiedAddresses,
  ) {}

  @Handles(invite)
  async invite({ input, caller, tx }: OperationContext<typeof invite>) {
    refuseLarger(await giverOf(tx, caller, invite), input.role);
    await this.addresses.require(tx, caller.userId);
    // The claim makes invitations of one organisation wait for each other, so an address never has two.
    await this.entitlements.claim(tx, 'seats', () => countSeats(tx, input.email));
    if ((await countOpen(tx)) >= MOST_OPEN) {
      throw conflict({}, `${MOST_OPEN} invitations are open, as many as there may be. Take some back.`);
    }
    if (await isMember(tx, input.email)) throw conflict({}, `${input.email} is a member already.`);
    await tx.query('delete from invitations where org_id = $1 and (lower(email) = lower($2) or expires_at <= now())', [
      tx.orgId,
      input.email,
    ]);
    const token = randomBytes(24).toString('base64url');
    const row = await tx.one<InvitationRow>(
      // A key takes what it has made with it, when it is revoked and when it expires.
      `insert into invitations (org_id, id, email, role, token_hash, invited_hash, invited_by, invited_with_key, expires_at)
       values ($1, $2, $3, $4, $5, $9, $6, $7, least(now() + make_interval(days => $8),
         (select expires_at from api_keys where org_id = $1 and key_id = $7))) returning *`,
      [
        tx.orgId,
        newId(),
        input.email,
        input.role,
        hashOf(token),
        caller.userId,
        caller.keyId ?? null,
        VALID_DAYS,
        hashOf(invitedText(input.email)),
      ],
    );
    if (!row) throw new Error('The invitation was not stored.');
    return { ...toWire(row), token };
  }

  @Handles(listInvitations)
  async list({ input: { limit, cursor }, tx }: OperationContext<typeof listInvitations>) {
    const [after] = readCursor(cursor, 'uuid') ?? [];
    const rows = await tx.query<InvitationRow>(
      `select * from invitations where org_id = $1 and expires_at > now() and ($2::uuid is null or id < $2)
        order by id desc limit $3`,
      [tx.orgId, after ?? null, limit + 1],
    );
    return pageOf(rows, limit, toWire, (row) => [row.id]);
  }

  @Handles(revokeInvitation)
  async revoke({ input, tx }: OperationContext<typeof revokeInvitation>) {
    const row = await tx.one('delete from invitations where org_id = $1 and id = $2 returning id', [
      tx.orgId,
      input.invitationId,
    ]);
    if (!row) throw notFound();
    return {};
  }
}

async function countOpen(tx: Tx): Promise<number> {
  const row = await tx.one<{ open: number }>(
    'select count(*)::int as open from invitations where org_id = $1 and expires_at > now()',
    [tx.orgId],
  );
  return row?.open ?? 0;
}
