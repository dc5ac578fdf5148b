import { Injectable } from '@nestjs/common';
import type { Session } from '@tidegate/contracts/identity/sessions';
import type { Tx } from '@tidegate/database/tx';
import { LoginThrottle } from '../authentication/login-throttle.ts';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { insertUser } from '../kernel/user.rows.ts';
import { NewOrganisation } from '../organisations/new-organisation.ts';
import type { Whence } from '../sessions/session.rows.ts';
import { Sessions } from '../sessions/sessions.ts';

/** User, organisation, membership and session in one transaction. An invited person needs no organisation of their own. */
@Injectable()
export class NewAccounts {
  constructor(
    private readonly organisations: NewOrganisation,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
  ) {}

  /** Undefined when the address is taken. Needs a transaction of the new organisation and user. */
  async open(
    own: Tx,
    account: Parameters<typeof insertUser>[1],
    organisation: string | undefined,
    whence: Whence,
  ): Promise<Session | undefined> {
    const user = await insertUser(own, account);
    if (!user) return undefined;
    if (organisation) await this.organisations.create(own, organisation, user.id);
    await this.throttle.know(own, user.id, { email: user.email, ip: whence.ip });
    await noteEvent(own, user.id, 'account.created', { ip: whence.ip });
    return this.sessions.begin(own, user, whence, organisation && own.orgId);
  }
}
