import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { AccountMailDetails, AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import type { Language } from './account-words.ts';
import { GERMAN } from './account-words-de.rules.ts';
import { ENGLISH } from './account-words-en.rules.ts';
import { type Content, harmlessName, type Letterhead, type Message, render } from './mail-template.rules.ts';

/*
 * Mails to addresses that have not, or may not have, asked for them. Apart from the name of an inviting organisation, which
 * is made harmless, nothing in them comes from the person who entered the address, so that no chosen name can turn them
 * into somebody's own message.
 */

const LANGUAGES: Record<Locale, Language> = { en: ENGLISH, de: GERMAN };

/** Where the button leads. */
const PAGES: Partial<Record<AccountMailKind, string>> = {
  register: 'register',
  'verify-email': 'verify-email',
  'reset-password': 'reset-password',
  'change-email': 'change-email',
  'email-changed': 'undo-email-change',
  invitation: 'invitation',
};
const ENTERED = new Set<AccountMailKind>(['register', 'verify-email', 'change-email', 'invitation']);

export function accountMessage(
  kind: AccountMailKind,
  token: string,
  details: AccountMailDetails,
  head: Letterhead,
): Message {
  const language = LANGUAGES[head.locale];
  const {
    button,
    facts = [],
    ...words
  } = language.mails[kind]({
    name: head.name,
    publicUrl: head.publicUrl,
    organisation: harmlessName(details.organisation ?? ''),
    inviter: details.inviter ?? '',
    role: details.role ?? '',
    newEmail: details.newEmail ?? '',
  });
  const page = PAGES[kind];
  const action = button && page ? { action: { label: button, page, token } } : {};
  const footer = (ENTERED.has(kind) ? language.entered : language.own)(head.name);
  return render({ ...words, facts, ...action, footer }, head);
}

/** Asks an address whether it wants notifications. */
export function confirmationMessage(token: string, head: Omit<Letterhead, 'locale'>): Message {
  const content: Content = {
    subject: 'Confirm this address for notifications',
    opening:
      `Somebody wants ${head.name} to send notifications to this address. If that was not you or your organisation, do ` +
      'nothing: nothing else will be sent.',
    facts: [
      ['Token', token],
      ['Valid for', '24 hours'],
    ],
    action: { label: 'Confirm', page: 'confirm-address', token },
    advice: 'Or give the token to the person in that organisation who added this address.',
    footer: ENGLISH.entered(head.name),
  };
  return render(content, { ...head, locale: 'en' });
}
