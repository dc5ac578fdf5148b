import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { AccountMailDetails, AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import type { Language } from './account-words.ts';
import { GERMAN } from './account-words-de.rules.ts';
import { ENGLISH } from './account-words-en.rules.ts';
import { harmlessName, type Letterhead, type Message, render } from './mail-template.rules.ts';

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
  'reply-address': 'confirm-reply-address',
};
const ENTERED = new Set<AccountMailKind>(['register', 'verify-email', 'change-email', 'invitation', 'reply-address']);

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

/** Asks an address whether it wants notifications, in the language of whoever added it. */
export function confirmationMessage(token: string, head: Letterhead): Message {
  const { confirmation, entered } = LANGUAGES[head.locale];
  const { facts, button, ...words } = confirmation(head.name, token);
  const action = { label: button, page: 'confirm-address', token };
  return render({ ...words, facts, action, footer: entered(head.name) }, head);
}
