import type { AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import { type Message, messageFrom } from './messages.rules.ts';

/*
 * Mails to addresses that have not, or may not have, asked for them. Nothing in them comes from the person who entered
 * the address, so that no chosen name can turn them into somebody's own message.
 */
const ENTERED = 'Sent by Tidegate because somebody entered this address.';
const OWN = 'Sent by Tidegate because this address has an account.';

/** Asks an address whether it wants notifications. */
export function confirmationMessage(token: string, publicUrl: string): Message {
  return messageFrom(
    {
      subject: 'Confirm this address for notifications',
      opening:
        'Somebody wants Tidegate to send notifications to this address. If that was not you or your organisation, do ' +
        'nothing: nothing else will be sent.',
      facts: [
        ['Token', token],
        ['Valid for', '24 hours'],
        ['To confirm', page(publicUrl, 'confirm-address', token)],
      ],
      advice: 'Or give the token to the person in that organisation who added this address.',
    },
    ENTERED,
  );
}

export function accountMessage(kind: AccountMailKind, token: string, publicUrl: string): Message {
  switch (kind) {
    case 'verify-email':
      return verifyEmail(token, publicUrl);
    case 'reset-password':
      return resetPassword(token, publicUrl);
    case 'password-changed':
      return passwordChanged(publicUrl);
  }
}

const verifyEmail = (token: string, publicUrl: string): Message =>
  messageFrom(
    {
      subject: 'Verify your e-mail address',
      opening: `Somebody created an account with this address at ${publicUrl}. If that was you, verify it while you are logged in.`,
      facts: [
        ['Token', token],
        ['Valid for', '24 hours'],
        ['To verify', page(publicUrl, 'verify-email', token)],
      ],
      advice:
        'If that was not you, give the token to nobody. The account cannot reach anybody without it, and you can take ' +
        `it over at any time: ${publicUrl}/forgotten-password`,
    },
    ENTERED,
  );

const resetPassword = (token: string, publicUrl: string): Message =>
  messageFrom(
    {
      subject: 'Set a new password',
      opening: `Somebody asked to reset the password of your account at ${publicUrl}. If that was not you, do nothing: your password stays as it is.`,
      facts: [
        ['Token', token],
        ['Valid for', '30 minutes, once'],
        ['To set it', page(publicUrl, 'reset-password', token)],
      ],
      advice:
        'This ends all sessions of the account. If you have never verified this address, somebody else may have used ' +
        'the account before: check what is in its organisation.',
    },
    OWN,
  );

const passwordChanged = (publicUrl: string): Message =>
  messageFrom(
    {
      subject: 'Your password was changed',
      opening: `The password of your account at ${publicUrl} was changed, and all other sessions were ended.`,
      facts: [],
      advice: `If that was not you: ${publicUrl}/forgotten-password`,
    },
    OWN,
  );

/** Behind `#`, so that the token is in no server's log. The API takes the same token. */
const page = (publicUrl: string, name: string, token: string): string =>
  `${publicUrl}/${name}#token=${encodeURIComponent(token)}`;
