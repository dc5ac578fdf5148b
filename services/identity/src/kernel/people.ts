import { Injectable } from '@nestjs/common';
import { emailUnverified } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden, type Refuse, unauthenticated } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { IdentityConfig } from '../identity.config.ts';
import { findUser, type UserRow } from './user.rows.ts';

/** The caller's user id. API keys have no access to what belongs to their creator in person. */
export function requirePerson({ kind, userId }: Caller): string {
  if (kind !== 'user' || !userId) throw forbidden({}, 'This belongs to a person and is closed to API keys: log in.');
  return userId;
}

/**
 * An account with an unverified address may belong to anybody who knows that address: it may manage itself, and do
 * nothing that reaches others or outlives it. Where no e-mail is sent, addresses are trusted.
 */
@Injectable()
export class VerifiedAddresses {
  constructor(private readonly config: IdentityConfig) {}

  get sendsMail(): boolean {
    return this.config.SMTP_HOST !== undefined;
  }

  mayReachOthers({ email_verified_at }: UserRow): boolean {
    return !this.sendsMail || email_verified_at !== null;
  }

  /** The person; throws while their address has to be verified first. */
  async require(refuse: Refuse<typeof emailUnverified>, tx: Tx, userId: string | undefined): Promise<UserRow> {
    const user = userId ? await findUser(tx, userId) : undefined;
    if (!user) throw unauthenticated();
    if (this.mayReachOthers(user)) return user;
    throw refuse(
      emailUnverified,
      {},
      'Send the token of the mail to POST /api/v1/me/email/verify; another mail: POST /api/v1/me/email/resend.',
    );
  }
}
