import { Controller } from '@nestjs/common';
import {
  addressUnproven,
  emailTaken,
  register,
  requestRegistration,
  type Session,
  tokenInvalid,
} from '@tidegate/contracts/identity/sessions';
import type { Locale } from '@tidegate/contracts/kernel/locale';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { NewPasswords } from '../authentication/new-passwords.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { hashOf } from '../kernel/tokens.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { deleteRegistrations, findRegistration } from '../mails/account-token.rows.ts';
import { findMailed } from '../members/invitation.rows.ts';
import { countRequest } from './mail-requests.ts';
import { NewAccounts } from './new-accounts.ts';

interface Owner {
  email: string;
  /** By a mail. */
  proven: boolean;
  locale?: Locale | null;
  /** They join an organisation that is there. */
  invited?: true;
}

/**
 * Where e-mail is sent, an account begins with a mail: whoever asks gets the same answer in the same time for every address,
 * and nobody ever holds an account with somebody else's. Where none is sent, an address is believed, and a taken one has
 * to be refused; the rate limit of anonymous callers bounds how fast addresses can be probed.
 */
@Controller()
export class RegisterAccount {
  constructor(
    private readonly passwords: PasswordHashing,
    private readonly rules: NewPasswords,
    private readonly mails: AccountMails,
    private readonly accounts: NewAccounts,
  ) {}

  @Handles(requestRegistration)
  async request({ input, caller: { ip }, tx, refuse }: OperationContext<typeof requestRegistration>) {
    this.mails.requireMail(refuse);
    const { email, locale } = input;
    await countRequest(this.mails, tx, 'register', { email, ip });
    await this.mails.queue(tx, { kind: 'register', email, locale });
    return {};
  }

  @Handles(register)
  async handle({ input, caller: { ip }, tx, refuse }: OperationContext<typeof register>): Promise<Session> {
    const { name, password, device } = input;
    const { email, proven, ...found } = await this.ownerOf(refuse, tx, input);
    this.rules.require(refuse, password, { email, name });
    const passwordHash = await this.passwords.hash(password, { known: proven, subjects: subjectsOf(email, ip) });
    const [userId, orgId] = [newId(), newId()];
    const own = tx.as({ orgId, userId });
    const locale = input.locale ?? found.locale ?? undefined;
    const user = { id: userId, email, name, passwordHash, isOperator: false, verified: proven };
    const organisation = input.organisationName ?? (found.invited ? undefined : organisationOf(name));
    const session = await this.accounts.open(own, { ...user, ...(locale ? { locale } : {}) }, organisation, {
      ip,
      device,
    });
    if (!session) throw refuse(emailTaken, {}, TAKEN);
    await deleteRegistrations(own, email);
    return session;
  }

  private async ownerOf(
    refuse: Refuse<typeof addressUnproven | typeof tokenInvalid>,
    tx: Tx,
    { email, token }: { email?: string | undefined; token?: string | undefined },
  ): Promise<Owner> {
    if (token !== undefined) {
      const tokenHash = hashOf(token);
      const asked = await findRegistration(tx, tokenHash);
      if (asked) return { ...asked, proven: true };
      const invited = await findMailed(tx, tokenHash);
      if (invited) return { email: invited.email, proven: true, invited: true };
      throw refuse(tokenInvalid, {}, 'Request another mail: POST /api/v1/accounts/request.');
    }
    if (this.mails.areSent) throw refuse(addressUnproven, {}, 'Request its mail: POST /api/v1/accounts/request.');
    if (email === undefined) throw invalid('/email', 'invalid_type', 'Send the e-mail address of the account.');
    return { email, proven: false };
  }
}

const TAKEN =
  'Log in instead: POST /api/v1/sessions. If the password is lost: POST /api/v1/password/forgotten, or ask the operator.';

/** Within the length of a name, since it is repeated to delete the organisation. */
const organisationOf = (name: string): string => `${cleanName(name.slice(0, 80))}’s organisation`;
