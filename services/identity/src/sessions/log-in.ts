import { Injectable } from '@nestjs/common';
import { login, type Session, wrongCredentials } from '@tidegate/contracts/identity/sessions';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { LoginThrottle } from '../accounts/login-throttle.ts';
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
  ) {}

  @Handles(login)
  async handle({ input, caller }: Call<typeof login>): Promise<Session> {
    const { email, password } = input;
    await this.throttle.enter(email, caller.ip);
    const user = await this.tenants.as({}, (tx) => findUserByEmail(tx, email));
    const matches = await this.verify({ stored: user?.password_hash, password, email, ip: caller.ip });
    if (!user || !matches) throw wrongCredentials();
    await this.throttle.succeeded(email, caller.ip);
    return this.tenants.as({ userId: user.id }, (tx) => this.sessions.begin(tx, user));
  }

  /** A server too busy to look at the password is not the fault of whoever knows it. */
  private async verify(asked: { stored: string | undefined; password: string; email: string; ip: string | undefined }) {
    try {
      return await this.passwords.verify(asked.stored, asked.password);
    } catch (error) {
      await this.throttle.giveBack(asked.email, asked.ip);
      throw error;
    }
  }
}
