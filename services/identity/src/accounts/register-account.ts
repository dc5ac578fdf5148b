import { Injectable } from '@nestjs/common';
import { emailTaken, register, type Session } from '@tidegate/contracts/identity/sessions';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { newId } from '@tidegate/database/ids';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { FoundOrganisation } from '../organisations/found-organisation.ts';
import { Sessions } from '../sessions/sessions.ts';
import { LoginThrottle } from './login-throttle.ts';
import { PasswordHashing } from './password-hashing.ts';
import { insertUser } from './user.rows.ts';

/**
 * User, organisation, membership and session in one transaction. That an address is taken is told: without a mail
 * round trip the alternative is a person who cannot find out why they cannot get in. The rate limit for anonymous
 * callers bounds how fast addresses can be tried.
 */
@Injectable()
export class RegisterAccount {
  constructor(
    private readonly tenants: Tenants,
    private readonly passwords: PasswordHashing,
    private readonly organisations: FoundOrganisation,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
  ) {}

  @Handles(register)
  async handle({ input, caller: { ip } }: Call<typeof register>): Promise<Session> {
    const passwordHash = await this.passwords.hash(input.password);
    const [userId, orgId] = [newId(), newId()];
    return this.tenants.as({ orgId, userId }, async (tx) => {
      const { email, name } = input;
      const user = await insertUser(tx, { id: userId, email, name, passwordHash, isOperator: false });
      if (!user) throw emailTaken({}, 'Log in instead: POST /api/v1/sessions');
      await this.organisations.found(tx, { orgId, name: input.organisationName ?? organisationOf(name), userId });
      await this.throttle.know(tx, userId, { email, ip });
      return this.sessions.begin(tx, user, orgId);
    });
  }
}

/** A name like any other: as long as one may be, since it is repeated when the organisation is deleted. */
const organisationOf = (name: string): string => `${cleanName(name.slice(0, 80))}’s organisation`;
