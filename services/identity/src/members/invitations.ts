import { Controller } from '@nestjs/common';
import { invite, listInvitations, resendInvitation, revokeInvitation } from '@tidegate/contracts/identity/members';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireMayGrant } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { countMembers, isMember } from '../kernel/member.rows.ts';
import { VerifiedAddresses } from '../kernel/people.ts';
import { hashOf, newToken } from '../kernel/tokens.ts';
import { AccountMails, DAY } from '../mails/account-mails.ts';
import {
  countListed,
  countOpenInvitations,
  deleteInvitation,
  deleteInvitationsTo,
  INVITATION_ORDERS,
  type InvitationRow,
  insertInvitation,
  invitedHash,
  listOpenInvitations,
  renewInvitation,
  toWire,
} from './invitation.rows.ts';

const VALID_DAYS = 7;
/** Of one organisation, whatever its plan: some plans have no limit of seats. */
const MOST_OPEN = 500;
const TO_ADDRESS = { most: 10, minutes: DAY };
const BY_ORGANISATION = { most: 200, minutes: DAY };

/** An invitation is for one e-mail address, works once, and only as long as its creator could create it again. */
@Controller()
export class Invitations {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly addresses: VerifiedAddresses,
    private readonly mails: AccountMails,
  ) {}

  @Handles(invite)
  async invite({ input: { email, role }, caller, tx, refuse }: OperationContext<typeof invite>) {
    requireMayGrant(refuse, await grantorOf(tx, caller, invite), role);
    await this.addresses.require(refuse, tx, caller.userId);
    // The claim serialises the invitations of an organisation, so an address never has two. Members and
    // open invitations take seats; one to the same address is replaced.
    const seats = async () => (await countMembers(tx)) + (await countOpenInvitations(tx, email));
    await this.entitlements.claim(tx, 'seats', seats);
    if ((await countOpenInvitations(tx)) >= MOST_OPEN) {
      throw conflict({}, `${MOST_OPEN} invitations are open, which is the limit. Revoke some.`);
    }
    if (await isMember(tx, email)) throw conflict({}, `${email} is already a member.`);
    await deleteInvitationsTo(tx, email);
    const token = newToken();
    const { userId: invitedBy, keyId } = caller;
    const row = await insertInvitation(tx, { email, role, tokenHash: hashOf(token), invitedBy, keyId }, VALID_DAYS);
    await this.send(tx, row);
    return { ...toWire(row), token, mailed: this.mails.areSent };
  }

  /** Whoever may invite to this role may send it again, in the name of the one who invited. */
  @Handles(resendInvitation)
  async resend({ input: { invitationId }, caller, tx, refuse }: OperationContext<typeof resendInvitation>) {
    this.mails.requireMail(refuse);
    const row = orNotFound(await renewInvitation(tx, invitationId, VALID_DAYS));
    requireMayGrant(refuse, await grantorOf(tx, caller, resendInvitation), row.role);
    await this.send(tx, row);
    return toWire(row);
  }

  private async send(tx: Tx, { id, email }: InvitationRow): Promise<void> {
    if (!this.mails.areSent) return;
    // By address over all organisations, so that nobody's mailbox is filled in our name.
    await this.mails.count(tx, `invited ${invitedHash(email)}`, TO_ADDRESS);
    await this.mails.count(tx, `inviting ${tx.orgId}`, BY_ORGANISATION);
    await this.mails.queue(tx, { kind: 'invitation', email, details: { orgId: tx.orgId as string, invitationId: id } });
  }

  @Handles(listInvitations)
  async list({ input, tx }: OperationContext<typeof listInvitations>) {
    const place = INVITATION_ORDERS.place(input);
    const page = place.page(await listOpenInvitations(tx, place, input.search), toWire);
    return { ...page, total: input.count ? await countListed(tx, input.search) : null };
  }

  @Handles(revokeInvitation)
  async revoke({ input, tx }: OperationContext<typeof revokeInvitation>) {
    if (!(await deleteInvitation(tx, input.invitationId))) throw notFound();
    return {};
  }
}
