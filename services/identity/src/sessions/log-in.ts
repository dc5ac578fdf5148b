import { Controller } from '@nestjs/common';
import { login, type Session, wrongCredentials } from '@tidegate/contracts/identity/sessions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { LogInRefusals } from '../authentication/log-in-refusals.ts';
import { LoginThrottle, tooMany } from '../authentication/login-throttle.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { findUserByEmail, stillHasPassword } from '../kernel/user.rows.ts';
import { Sessions } from './sessions.ts';

@Controller()
export class LogIn {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
    private readonly refusals: LogInRefusals,
  ) {}

  @Handles(login)
  async handle({ input, caller: { ip }, tx, refuse }: OperationContext<typeof login>): Promise<Session> {
    const { email, password, deviceId, device } = input;
    const refused = (error: unknown, userId?: string): never => {
      this.refusals.report({ email, ip }, error, userId);
      throw error;
    };
    const admitted = await this.throttle.admit({ email, ip, deviceId }).catch(refused);
    const { despite } = admitted;
    const user = await this.tenants.as({}, (tx) => findUserByEmail(tx, email));
    const matches = await this.passwords.verify(user?.password_hash, password, admitted).catch(async (error) => {
      // A server too busy to check the password is not a wrong try.
      await this.throttle.takeBack(admitted);
      return refused(error);
    });
    if (!user || !matches) {
      await this.throttle.failed(admitted);
      return refused(despite > 0 ? tooMany(despite) : refuse(wrongCredentials), user?.id);
    }
    const own = tx.as({ userId: user.id });
    // It was changed during the check, which ended all sessions: the old one starts no new session.
    if (!(await stillHasPassword(own, user))) return refused(refuse(wrongCredentials), user.id);
    await this.throttle.succeeded(own, user.id, admitted);
    return this.sessions.begin(own, user, { ip, device });
  }
}
