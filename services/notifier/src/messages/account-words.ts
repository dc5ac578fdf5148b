import type { AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import type { Content } from './mail-template.rules.ts';

/** What the words are about. */
export interface Facts {
  name: string;
  publicUrl: string;
  organisation: string;
  inviter: string;
  role: string;
  newEmail: string;
}

/** Without `button` a mail has none. */
export interface Words {
  subject: string;
  opening: string;
  facts?: Content['facts'];
  button?: string;
  advice: string;
}

export interface Language {
  mails: Record<AccountMailKind, (facts: Facts) => Words>;
  /** Asks an address whether it wants notifications. */
  confirmation: (name: string, token: string) => Required<Words>;
  /** Because somebody entered the address, or because it has an account. */
  entered: (name: string) => string;
  own: (name: string) => string;
}
