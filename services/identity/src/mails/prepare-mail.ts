import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { Input } from '@tidegate/contracts/kernel/operation';
import type { sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from '../kernel/address.rules.ts';
import { hashOf, newToken } from '../kernel/tokens.ts';
import { findUser, findUserByEmail, lockUser, type UserRow } from '../kernel/user.rows.ts';
import { type AccountMailRow, lockMail } from './account-mail.rows.ts';
import { DAY } from './account-mails.ts';
import {
  describeInvitation,
  insertInvitationToken,
  insertRegistrationToken,
  insertReplyToken,
  insertToken,
  type TokenPurpose,
} from './account-token.rows.ts';

type Prepared = Omit<Input<typeof sendAccountMail>, 'id' | 'createdAt'>;

/**
 * What is sent, to whom, in which language; a token is made here and only its hash is stored. Undefined when the mail is
 * no longer needed. Whether an address has an account decides what is sent, never what was answered to whoever asked.
 */
export async function prepareMail(tx: Tx, mail: AccountMailRow): Promise<Prepared | undefined> {
  const { kind, email, details } = mail;
  const of = await findUserByEmail(tx, email);
  const owner = mail.user_id ? await findUser(tx, mail.user_id) : of;
  const locale = owner?.locale ?? mail.locale ?? 'en';
  switch (kind) {
    case 'register': {
      if (of) return taken(of);
      const token = newToken();
      await insertRegistrationToken(tx, { tokenHash: hashOf(token), email, locale: mail.locale, minutes: DAY });
      return { kind, to: email, locale, token };
    }
    case 'change-email':
      if (!owner || of?.id === owner.id) return undefined;
      if (of) return taken(of);
      return { kind, to: email, locale, token: await tokenFor(tx, owner, kind, email) };
    case 'email-changed': {
      if (!owner || !(await lockMail(tx, mail.id))) return undefined;
      const token = newToken();
      // From the change on, however late the mail is: so an undone change knows those after it.
      const row = { tokenHash: hashOf(token), userId: owner.id, purpose: 'undo-email' } as const;
      await insertToken(tx, { ...row, email, since: mail.created_at });
      return { kind, to: email, locale, token, details: { newEmail: details?.newEmail } };
    }
    case 'verify-email':
      if (!owner || owner.email_verified_at) return undefined;
      return { kind, to: owner.email, locale, token: await tokenFor(tx, owner, kind) };
    case 'reset-password':
      // It opens the account: whoever takes it back from this address waits, or was first.
      if (!owner || !(await stillHas(tx, owner, email))) return undefined;
      return { kind, to: owner.email, locale, token: await tokenFor(tx, owner, kind) };
    case 'invitation':
      return invitation(tx, mail, of);
    case 'reply-address':
      return replyAddress(tx, mail, locale);
    case 'account-deleted':
      return { kind, to: email, locale };
    default:
      return owner && { kind, to: owner.email, locale };
  }
}

async function stillHas(tx: Tx, { id }: UserRow, email: string): Promise<boolean> {
  const now = await lockUser(tx, id);
  return now !== undefined && normalAddress(now.email) === normalAddress(email);
}

/** Undefined when another address was chosen meanwhile, or it has agreed already. */
async function replyAddress(tx: Tx, { email, details }: AccountMailRow, locale: Locale): Promise<Prepared | undefined> {
  const token = newToken();
  const orgId = details?.orgId;
  const named = orgId ? await insertReplyToken(tx.as({ orgId }), email, hashOf(token), DAY) : undefined;
  return named && { kind: 'reply-address', to: email, locale, token, details: named };
}

const taken = (user: UserRow): Prepared => ({ kind: 'address-taken', to: user.email, locale: user.locale ?? 'en' });

async function tokenFor(tx: Tx, user: UserRow, purpose: TokenPurpose, email?: string) {
  const token = newToken();
  const row = { tokenHash: hashOf(token), userId: user.id, purpose };
  await insertToken(tx, email === undefined ? row : { ...row, email });
  return token;
}

/** In the language of the invited person when it is known, or else of the one who invites. */
async function invitation(
  tx: Tx,
  { email, details }: AccountMailRow,
  invited: UserRow | undefined,
): Promise<Prepared | undefined> {
  const own = tx.as({ orgId: details?.orgId });
  const found = await describeInvitation(own, details?.invitationId ?? '');
  if (!found) return undefined;
  const token = newToken();
  await insertInvitationToken(own, details?.invitationId ?? '', hashOf(token));
  const { organisation, inviter, role } = found;
  const locale = invited?.locale ?? found.locale ?? 'en';
  const from = { organisationId: details?.orgId };
  return { kind: 'invitation', to: email, locale, token, details: { organisation, inviter, role }, ...from };
}
