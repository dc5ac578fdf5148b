import { Injectable } from '@nestjs/common';
import {
  acceptInvitation,
  declineInvitation,
  invitationInvalid,
  listOwnInvitations,
  memberChanged,
} from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { notFound, ProblemError, planLimitReached } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { mayInvite } from '../kernel/delegation.rules.ts';
import { countMembers, roleIn } from '../kernel/member.rows.ts';
import { VerifiedAddresses } from '../kernel/verified-addresses.ts';
import { FoundersLimits } from '../organisations/ownership-limits.ts';
import { personOf } from '../sessions/person-of.ts';
import { hashOf, type InvitationRow, invitedText } from './invitations.ts';

type OwnRow = InvitationRow & { organisation: string };

/** The invited: who they are is their address, so it has to be known to be theirs. */
@Injectable()
export class Join {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly limits: FoundersLimits,
    private readonly addresses: VerifiedAddresses,
    private readonly outbox: Outbox,
  ) {}

  @Handles(acceptInvitation)
  async accept({ input, caller, tx }: OperationContext<typeof acceptInvitation>) {
    const userId = personOf(caller);
    const lookup = hashOf(input.token);
    const found = await tx
      .as({ lookup })
      .one<InvitationRow>('select * from invitations where token_hash = $1 and expires_at > now()', [lookup]);
    if (!found) throw invitationInvalid();
    const { org_id: orgId, role } = found;
    const joining = tx.as({ orgId, userId });
    const { email } = await this.addresses.require(joining, userId);
    if (email.toLowerCase() !== found.email.toLowerCase()) throw invitationInvalid();
    if (!(await stillGiven(joining, found))) throw invitationInvalid();
    const taken = await joining.one('delete from invitations where org_id = $1 and id = $2 returning id', [
      orgId,
      found.id,
    ]);
    if (!taken) throw invitationInvalid();
    const before = await roleIn(joining, userId);
    if (before) return { organisationId: orgId, role: before };
    await this.claimSeat(joining);
    if (role === 'owner') await this.limits.refuseOwning(joining, userId, orgId);
    await joining.query('insert into members (org_id, user_id, role) values ($1, $2, $3)', [orgId, userId, role]);
    await this.outbox.emit(joining, memberChanged, { orgId, userId, role });
    return { organisationId: orgId, role };
  }

  @Handles(listOwnInvitations)
  async list({ input: { limit, cursor }, caller, tx }: OperationContext<typeof listOwnInvitations>) {
    const { email } = await this.addresses.require(tx, personOf(caller));
    const lookup = hashOf(invitedText(email));
    const [after] = readCursor(cursor, 'uuid') ?? [];
    const rows = await tx.as({ lookup }).query<OwnRow>(
      `select i.*, o.name as organisation from invitations i join organisations o using (org_id)
        where i.invited_hash = $1 and i.expires_at > now() and ($2::uuid is null or i.id < $2)
        order by i.id desc limit $3`,
      [lookup, after ?? null, limit + 1],
    );
    return pageOf(rows, limit, toWire, (row) => [row.id]);
  }

  @Handles(declineInvitation)
  async decline({ input: { invitationId }, caller, tx }: OperationContext<typeof declineInvitation>) {
    const { email } = await this.addresses.require(tx, personOf(caller));
    const lookup = hashOf(invitedText(email));
    const found = await tx
      .as({ lookup })
      .one<{ org_id: string }>('select org_id from invitations where invited_hash = $1 and id = $2', [
        lookup,
        invitationId,
      ]);
    if (!found) throw notFound();
    await tx
      .as({ orgId: found.org_id })
      .query('delete from invitations where org_id = $1 and id = $2', [found.org_id, invitationId]);
    return {};
  }

  /** A seat that an open invitation holds may have gone with a smaller plan. The guest cannot help that. */
  private async claimSeat(tx: Tx): Promise<void> {
    try {
      await this.entitlements.claim(tx, 'seats', () => countMembers(tx));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== planLimitReached.code) throw error;
      const why = 'All seats of this organisation are taken. Ask who invited you to make room; the invitation stays.';
      throw planLimitReached(error.data as never, why);
    }
  }
}

const toWire = (row: OwnRow) => ({
  id: row.id,
  organisation: { id: row.org_id, name: row.organisation },
  role: row.role,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

/** Whether its maker could still make it. What they act with stays locked until the guest is in. */
async function stillGiven(
  tx: Tx,
  { invited_by: userId, invited_with_key: keyId, role }: InvitationRow,
): Promise<boolean> {
  const maker = await tx.one<{ role: Role; scopes: string[] | null }>(
    `select m.role, k.scopes from members m left join api_keys k on k.org_id = m.org_id and k.key_id = $3
      where m.org_id = $1 and m.user_id = $2 and ($3::text is null or k.key_id is not null) for share of m`,
    [tx.orgId, userId, keyId],
  );
  if (!maker) return false;
  const scopes = ROLE_SCOPES[maker.role].filter((scope) => maker.scopes?.includes(scope) ?? true);
  return mayInvite({ role: maker.role, scopes }, role);
}
