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
    await this.throttle.check(input.email, caller.ip);
    const user = await this.tenants.as({}, (tx) => findUserByEmail(tx, input.email));
    const matches = await this.passwords.verify(user?.password_hash, input.password);
    if (!user || !matches) {
      await this.throttle.failed(input.email, caller.ip);
      throw wrongCredentials();
    }
    await this.throttle.succeeded(input.email);
    return this.tenants.as({ userId: user.id }, (tx) => this.sessions.begin(tx, user));
  }
}
