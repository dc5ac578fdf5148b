import type { Language } from './account-words.ts';

const NOT_YOU = 'If that was not you, do nothing.';

export const ENGLISH: Language = {
  mails: {
    register: ({ publicUrl }) => ({
      subject: 'Create your account',
      opening: `Somebody asked for an account with this address at ${publicUrl}. The link goes on from here.`,
      facts: [['Valid for', '24 hours, once']],
      button: 'Create the account',
      advice: `${NOT_YOU} There is no account before the link was used.`,
    }),
    'address-taken': ({ publicUrl }) => ({
      subject: 'You already have an account',
      opening: `Somebody wanted to use this address for an account at ${publicUrl}, which it already has.`,
      advice: `If that was you, log in: ${publicUrl}/log-in, or set a new password: ${publicUrl}/forgotten-password. Otherwise do nothing: nothing has changed.`,
    }),
    'verify-email': ({ publicUrl }) => ({
      subject: 'Verify your e-mail address',
      opening: `Somebody created an account with this address at ${publicUrl}. If that was you, verify it while you are logged in.`,
      facts: [['Valid for', '24 hours']],
      button: 'Verify the address',
      advice:
        'If that was not you, give the link to nobody. The account cannot reach anybody without it, and you can take it ' +
        `over at any time: ${publicUrl}/forgotten-password`,
    }),
    'reset-password': ({ publicUrl }) => ({
      subject: 'Set a new password',
      opening: `Somebody asked to reset the password of your account at ${publicUrl}.`,
      facts: [['Valid for', '15 minutes, once']],
      button: 'Set a new password',
      advice:
        `${NOT_YOU} Your password stays as it is. The link ends all sessions of the account. If you have never verified ` +
        'this address, somebody else may have used the account before: check what is in its organisation.',
    }),
    'password-changed': ({ publicUrl }) => ({
      subject: 'Your password was changed',
      opening: `The password of your account at ${publicUrl} was changed, and all other sessions were ended.`,
      advice: `If that was not you, set another one now: ${publicUrl}/forgotten-password`,
    }),
    'change-email': ({ publicUrl }) => ({
      subject: 'Confirm your new e-mail address',
      opening: `Somebody wants to use this address for their account at ${publicUrl}. If that was you, confirm it while you are logged in.`,
      facts: [['Valid for', '24 hours, once']],
      button: 'Confirm the address',
      advice: `${NOT_YOU} Nothing changes, and nothing else is sent to you.`,
    }),
    'email-changed': ({ publicUrl, newEmail }) => ({
      subject: 'Your e-mail address was changed',
      opening: `Your account at ${publicUrl} has another e-mail address now. This one no longer belongs to it.`,
      facts: [
        ['New address', newEmail],
        ['Can be undone for', '7 days'],
      ],
      button: 'Undo the change',
      advice:
        'If that was you, do nothing. If it was not, the link gives you the account back: this address is put in again, all ' +
        'sessions end, and you are sent a link for a new password.',
    }),
    invitation: ({ organisation, inviter, role, publicUrl }) => ({
      subject: `Invitation to ${organisation}`,
      opening: `${inviter} invites you to the organisation “${organisation}” at ${publicUrl}.`,
      facts: [
        ['Role', role],
        ['Valid for', '7 days'],
      ],
      button: 'See the invitation',
      advice: `If you do not know ${inviter}, do nothing.`,
    }),
    'reply-address': ({ organisation, publicUrl }) => ({
      subject: 'Confirm this address for answers',
      opening: `The organisation “${organisation}” at ${publicUrl} wants answers to its mails to come to this address. They do when you agree.`,
      facts: [['Valid for', '24 hours, once']],
      button: 'Confirm the address',
      advice: 'If you do not know that organisation, do nothing: no answers come to you, and nothing else is sent.',
    }),
    'account-deleted': ({ publicUrl }) => ({
      subject: 'Your account was deleted',
      opening: `Your account at ${publicUrl} was deleted, with its sessions and API keys.`,
      advice: 'If that was not you, tell the operator of this installation. The account cannot be brought back.',
    }),
  },
  confirmation: (name, token) => ({
    subject: 'Confirm this address for notifications',
    opening:
      `Somebody wants ${name} to send notifications to this address. If that was not you or your organisation, do ` +
      'nothing: nothing else will be sent.',
    facts: [
      ['Token', token],
      ['Valid for', '24 hours'],
    ],
    button: 'Confirm',
    advice: 'Or give the token to the person in that organisation who added this address.',
  }),
  entered: (name) => `Sent by ${name} because somebody entered this address.`,
  own: (name) => `Sent by ${name} because this address has, or had, an account.`,
};
