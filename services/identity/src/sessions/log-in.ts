import { Injectable } from '@nestjs/common';
import { login, type Session, wrongCredentials } from '@tidegate/contracts/identity/sessions';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { subjectsOf } from '../accounts/login-throttle.rules.ts';
import { LoginThrottle, type Try } from '../accounts/login-throttle.ts';
import { PasswordHashing } from '../accounts/password-hashing.ts';
import { findUserByEmail } from '../accounts/user.rows.ts';
import { Sessions } from './sessions.ts';

@Injectable()
export class LogIn {
  constructor(
    private readonly tenants: Tenants,
    private readonly passwords: PasswordHashing,
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
    private readonly log: Log,
  ) {}

  @Handles(login)
  async handle({ input: { email, password }, caller: { ip } }: Call<typeof login>): Promise<Session> {
    const attempt = { email, ip };
    const { known } = await this.throttle.enter(attempt).catch((error: unknown) => this.refused(attempt, error));
    const user = await this.tenants.as({}, (tx) => findUserByEmail(tx, email));
    const matches = await this.passwords.verify(user?.password_hash, password, { known }).catch(async (error) => {
      // A server too busy to look at the password is not the fault of whoever knows it.
      await this.throttle.giveBack(attempt);
      return this.refused(attempt, error);
    });
    if (!user || !matches) {
      await this.throttle.failed(attempt);
      return this.refused(attempt, wrongCredentials(), user?.id);
    }
    return this.tenants.as({ userId: user.id }, async (tx) => {
      await this.throttle.succeeded(tx, user.id, attempt);
      return this.sessions.begin(tx, user);
    });
  }

  /** One line each, for whoever looks for guessers: by what is known of them, and without what they typed. */
  private refused({ email, ip }: Try, error: unknown, userId?: string): never {
    const { account } = subjectsOf(email, ip);
    const code = (error as { code?: unknown }).code;
    this.log.warn({ ip, account: account.slice(0, 24), userId, code }, 'A log-in was refused');
    throw error;
  }
}
