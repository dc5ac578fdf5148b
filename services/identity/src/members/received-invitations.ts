import { Controller } from '@nestjs/common';
import {
  acceptInvitation,
  acceptOwnInvitation,
  declineInvitation,
  invitationInvalid,
  listOwnInvitations,
  memberChanged,
  type organisationLimitReached,
  showInvitation,
} from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { emailUnverified } from '@tidegate/contracts/identity/sessions';
import { ProblemError, planLimitReached, type Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { normalAddress } from '../kernel/address.rules.ts';
import { mayInvite } from '../kernel/delegation.rules.ts';
import { countMembers, findRole, insertMember } from '../kernel/member.rows.ts';
import { requirePerson, VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';
import { findUser, setEmailVerified, type UserRow } from '../kernel/user.rows.ts';
import { OwnershipLimits } from '../organisations/ownership-limits.ts';
import {
  deleteInvitation,
  findMailed,
  findOpenByToken,
  findReceived,
  type InvitationRow,
  invitedHash,
  listReceived,
  lockInviter,
  organisationOf,
  type ReceivedRow,
} from './invitation.rows.ts';

/** Invited people are identified by their address, so it has to be verified. */
@Controller()
export class ReceivedInvitations {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly limits: OwnershipLimits,
    private readonly addresses: VerifiedAddresses,
    private readonly outbox: Outbox,
  ) {}

  @Handles(acceptInvitation)
  async accept({ input, caller, tx, refuse }: OperationContext<typeof acceptInvitation>) {
    const userId = requirePerson(caller);
    const { invitation: found, mailed } = await byToken(refuse, tx, input.token);
    const joining = tx.as({ orgId: found.org_id, userId });
    const { email } = await this.person(refuse, joining, userId, mailed ? found.email : undefined);
    if (normalAddress(email) !== normalAddress(found.email)) {
      throw refuse(invitationInvalid, {}, 'It was sent to another address: log in with the account of that one.');
    }
    return this.join(refuse, joining, userId, found);
  }

  /** The address itself is the proof, and so it has to be proven, also where addresses are trusted otherwise. */
  @Handles(acceptOwnInvitation)
  async acceptOwn({ input, caller, tx, refuse }: OperationContext<typeof acceptOwnInvitation>) {
    const userId = requirePerson(caller);
    const { email, email_verified_at: verified } = await this.addresses.require(refuse, tx, userId);
    if (!verified) throw refuse(emailUnverified, {}, 'Open the link of the invitation: its token is proof enough.');
    const lookup = invitedHash(email);
    const found = orNotFound(await findReceived(tx.as({ lookup }), lookup, input.invitationId));
    return this.join(refuse, tx.as({ orgId: found.org_id, userId }), userId, found);
  }

  private async join(
    refuse: Refuse<typeof invitationInvalid | typeof organisationLimitReached>,
    joining: Tx,
    userId: string,
    found: InvitationRow,
  ): Promise<{ organisationId: string; role: Role }> {
    const { org_id: orgId, role } = found;
    if (!(await couldStillInvite(joining, found))) throw refuse(invitationInvalid);
    if (!(await deleteInvitation(joining, found.id))) throw refuse(invitationInvalid);
    const member = await findRole(joining, userId);
    if (member) return { organisationId: orgId, role: member.role };
    await this.claimSeat(joining);
    if (role === 'owner') await this.limits.requireRoom(refuse, joining, userId, orgId);
    await insertMember(joining, userId, role);
    await this.outbox.emit(joining, memberChanged, { orgId, userId, role, change: 'joined' });
    return { organisationId: orgId, role };
  }

  /** For a page that shows it before anybody has logged in. Whether the address has an account is not said. */
  @Handles(showInvitation)
  async show({ input, tx, refuse }: OperationContext<typeof showInvitation>) {
    const { invitation, mailed } = await byToken(refuse, tx, input.token);
    return {
      organisation: await organisationOf(invitation, tx),
      organisationId: invitation.org_id,
      email: invitation.email,
      role: invitation.role,
      expiresAt: invitation.expires_at.toISOString(),
      provesAddress: mailed,
    };
  }

  @Handles(listOwnInvitations)
  async list({ input: { limit, cursor }, caller, tx, refuse }: OperationContext<typeof listOwnInvitations>) {
    const lookup = await this.invited(refuse, tx, requirePerson(caller));
    const [before] = readCursor(cursor, 'uuid') ?? [];
    const rows = await listReceived(tx.as({ lookup }), lookup, limit + 1, before);
    return pageOf(rows, limit, toWire, (row) => [row.id]);
  }

  @Handles(declineInvitation)
  async decline({ input: { invitationId }, caller, tx, refuse }: OperationContext<typeof declineInvitation>) {
    const lookup = await this.invited(refuse, tx, requirePerson(caller));
    const found = orNotFound(await findReceived(tx.as({ lookup }), lookup, invitationId));
    await deleteInvitation(tx.as({ orgId: found.org_id }), invitationId);
    return {};
  }

  /** A token that was mailed to the address of the account verifies it. */
  private async person(
    refuse: Refuse<typeof emailUnverified>,
    tx: Tx,
    userId: string,
    mailedTo: string | undefined,
  ): Promise<UserRow> {
    const user = mailedTo === undefined ? undefined : await findUser(tx, userId);
    if (!user || normalAddress(user.email) !== normalAddress(mailedTo ?? '')) {
      return this.addresses.require(refuse, tx, userId);
    }
    await setEmailVerified(tx, userId, new Date());
    return user;
  }

  private async invited(refuse: Refuse<typeof emailUnverified>, tx: Tx, userId: string): Promise<string> {
    return invitedHash((await this.addresses.require(refuse, tx, userId)).email);
  }

  /** After a downgrade an open invitation may have no seat. That is not the guest's fault. */
  private async claimSeat(tx: Tx): Promise<void> {
    try {
      await this.entitlements.claim(tx, 'seats', () => countMembers(tx));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== planLimitReached.code) throw error;
      const why =
        'All seats of this organisation are taken. Ask the person who invited you to make room; the invitation stays valid.';
      throw planLimitReached(error.data as never, why);
    }
  }
}

const toWire = (row: ReceivedRow) => ({
  id: row.id,
  organisation: { id: row.org_id, name: row.organisation },
  role: row.role,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

/** By the token of the one who invited, or by one that was mailed to the invited address. */
async function byToken(
  refuse: Refuse<typeof invitationInvalid>,
  tx: Tx,
  token: string,
): Promise<{ invitation: InvitationRow; mailed: boolean }> {
  const tokenHash = hashOf(token);
  const handed = await findOpenByToken(tx.as({ lookup: tokenHash }), tokenHash);
  const invitation = handed ?? (await findMailed(tx, tokenHash));
  if (!invitation) throw refuse(invitationInvalid);
  return { invitation, mailed: !handed };
}

async function couldStillInvite(tx: Tx, invitation: InvitationRow): Promise<boolean> {
  const inviter = await lockInviter(tx, invitation);
  if (!inviter) return false;
  const scopes = ROLE_SCOPES[inviter.role].filter((scope) => inviter.scopes?.includes(scope) ?? true);
  return mayInvite({ role: inviter.role, scopes }, invitation.role);
}
