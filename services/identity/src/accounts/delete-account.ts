import { Controller } from '@nestjs/common';
import {
  type AccountDeletion,
  deleteAccount,
  organisationsBlock,
  previewDeletion,
} from '@tidegate/contracts/identity/account-deletion';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { actionDone } from '@tidegate/contracts/kernel/action-done';
import { conflict, invalid } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { purgePerson } from '../audit/audit-entry.rows.ts';
import { normalAddress } from '../kernel/address.rules.ts';
import { countMembers, lockMembers, membershipsOf, standingIn } from '../kernel/member.rows.ts';
import { requirePerson } from '../kernel/people.ts';
import { deleteUser, isOnlyOperator, type UserRow } from '../kernel/user.rows.ts';
import { deleteMailsTo } from '../mails/account-mail.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { deleteReceived } from '../members/invitation.rows.ts';
import { removeFrom } from '../members/remove-member.ts';
import { EndOrganisation } from '../organisations/end-organisation.ts';
import { lockOrganisation } from '../organisations/organisation.rows.ts';
import { endSessions } from '../sessions/session.rows.ts';
import { ConfirmOwner } from './confirm-owner.ts';

/**
 * One transaction: the account is there or gone, whatever dies meanwhile. Other services hold no more of a person than
 * their id; what they hold of an organisation they purge when its event comes.
 */
@Controller()
export class DeleteAccount {
  constructor(
    private readonly owner: ConfirmOwner,
    private readonly organisations: EndOrganisation,
    private readonly entitlements: Entitlements,
    private readonly mails: AccountMails,
  ) {}

  @Handles(previewDeletion)
  preview({ caller, tx }: OperationContext<typeof previewDeletion>): Promise<AccountDeletion> {
    return fatesOf(tx, requirePerson(caller));
  }

  @Handles(deleteAccount)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof deleteAccount>) {
    const userId = requirePerson(caller);
    const confirmed = await this.owner.confirm(refuse, caller, input.currentPassword);
    if (normalAddress(input.email) !== normalAddress(confirmed.user.email)) {
      throw invalid('/email', 'not_the_address', 'Repeat the address of your account to confirm.');
    }
    const own = tx.as({ userId });
    const { deleted, blocking, left } = await fatesOf(own, userId);
    const inTheWay = blocking.length > 0 ? blocking : input.deleteOrganisations ? [] : deleted;
    if (inTheWay.length > 0)
      throw refuse(organisationsBlock, { organisations: inTheWay }, whatToDo(blocking.length > 0));
    // Rows of members are locked before that of the user, as everywhere.
    for (const { id: orgId } of deleted) await this.end(tx.as({ orgId, userId }), emit);
    for (const { id: orgId } of left) await this.leave(tx.as({ orgId, userId }), userId, emit);
    const user = await this.owner.lock(own, confirmed);
    if (user.is_operator && (await isOnlyOperator(own, userId))) {
      throw conflict({}, 'You are the only operator. Make another one first: npx tidegate users create-admin <email>.');
    }
    const at = new Date().toISOString();
    for (const id of await endSessions(own, userId)) await emit(accessRevoked, { kind: 'session', id, at });
    await this.deletePerson(own, user);
    return {};
  }

  /** Nobody joins while it is locked. */
  private async end(own: Tx, emit: Emit): Promise<void> {
    await lockOrganisation(own);
    if ((await countMembers(own)) !== 1) throw conflict({}, CHANGED);
    await this.organisations.end(own, emit);
  }

  private async leave(own: Tx, userId: string, emit: Emit): Promise<void> {
    const owners = (await lockMembers(own, [userId])).filter(({ role }) => role === 'owner');
    if (owners.length === 1 && owners[0]?.user_id === userId) throw conflict({}, CHANGED);
    await this.entitlements.removing(own, () => removeFrom(own, userId, emit));
    const organisationId = own.orgId as string;
    const thing = { kind: 'member', id: userId, name: null } as const;
    const actor = { kind: 'person', userId } as const;
    const left = {
      organisationId,
      action: deleteAccount.name,
      at: new Date().toISOString(),
      actor,
      thing,
      changes: [],
    };
    await emit(actionDone.identity, left, { orgId: organisationId });
  }

  /** Of the person nothing is left here; the last mail goes to an address, not to an account. */
  private async deletePerson(own: Tx, { id, email, locale }: UserRow): Promise<void> {
    await deleteReceived(own, email);
    await deleteMailsTo(own, email);
    await purgePerson(own.as({ userId: id, system: 'purge-person' }), id);
    await deleteUser(own, id);
    await this.mails.queue(own, { kind: 'account-deleted', email, locale: locale ?? undefined });
  }
}

const CHANGED = 'Who is in your organisations has changed in the meantime. Look again.';
/** More than one may own or be in without an operator’s help. */
const MOST = 10_000;

async function fatesOf(tx: Tx, userId: string): Promise<AccountDeletion> {
  const fates: AccountDeletion = { deleted: [], blocking: [], left: [] };
  for (const { org_id: id, name } of await membershipsOf(tx, userId, MOST)) {
    const standing = await standingIn(tx.as({ orgId: id, userId }), userId);
    if (!standing) continue;
    const { members, owners, role } = standing;
    const fate = members === 1 ? 'deleted' : role === 'owner' && owners === 1 ? 'blocking' : 'left';
    fates[fate].push({ id, name, members });
  }
  return fates;
}

const whatToDo = (others: boolean): DetailOf<'organisations_block'> =>
  others
    ? 'Others are in them. Make one of them an owner, or delete the organisation.'
    : 'Nobody else is in them. Send deleteOrganisations: true to delete them with the account, or invite another owner.';
