import { Controller } from '@nestjs/common';
import { emailTaken, register, type Session } from '@tidegate/contracts/identity/sessions';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { newId } from '@tidegate/database/ids';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { LoginThrottle } from '../authentication/login-throttle.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { insertUser } from '../kernel/user.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { NewOrganisation } from '../organisations/new-organisation.ts';
import { Sessions } from '../sessions/sessions.ts';

/**
 * User, organisation, membership and session in one transaction. It does reveal that an address is taken: otherwise
 * people could not find out why they cannot get in. The rate limit of anonymous callers bounds how fast addresses can
 * be probed.
 */
@Controller()
export class RegisterAccount {
  constructor(
    private readonly passwords: PasswordHashing,
    private readonly organisations: NewOrganisation,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
    private readonly mails: AccountMails,
  ) {}

  @Handles(register)
  async handle({ input, caller: { ip }, tx, refuse }: OperationContext<typeof register>): Promise<Session> {
    const passwordHash = await this.passwords.hash(input.password);
    const [userId, orgId] = [newId(), newId()];
    const own = tx.as({ orgId, userId });
    const { email, name } = input;
    const user = await insertUser(own, { id: userId, email, name, passwordHash, ...NEW });
    if (!user) throw refuse(emailTaken, {}, TAKEN);
    await this.organisations.create(own, input.organisationName ?? organisationOf(name), userId);
    await this.throttle.know(own, userId, { email, ip });
    await this.mails.queue(own, 'verify-email', email);
    return this.sessions.begin(own, user, orgId);
  }
}

const NEW = { isOperator: false, verified: false };
const TAKEN =
  'Log in instead: POST /api/v1/sessions. If the address is yours but the account is not, claim it: POST /api/v1/password/forgotten.';

/** Within the length of a name, since it is repeated to delete the organisation. */
const organisationOf = (name: string): string => `${cleanName(name.slice(0, 80))}’s organisation`;
