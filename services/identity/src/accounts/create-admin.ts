import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Controller, Inject, type OnApplicationBootstrap } from '@nestjs/common';
import { emailTaken } from '@tidegate/contracts/identity/sessions';
import { createAdmin } from '@tidegate/contracts/identity/users';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { insertUser, isAnybodyThere, toWire, type UserRow } from '../kernel/user.rows.ts';
import { NewOrganisation } from '../organisations/new-organisation.ts';

const FIRST_ADMIN = 'admin@localhost';
const LEAST_CHARACTERS = 12;
const VOUCHED = { name: 'Operator', isOperator: true, verified: true };

/** Creates operators of the installation: the first one at the first start, others by the CLI. */
@Controller()
export class CreateAdmin implements OnApplicationBootstrap {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly organisations: NewOrganisation,
    private readonly log: Log,
  ) {}

  @Handles(createAdmin)
  async handle({ input, refuse }: OperationContext<typeof createAdmin>) {
    const password = input.password ?? randomBytes(18).toString('base64url');
    const user = await this.create(input.email, password);
    if (!user) throw refuse(emailTaken);
    return { user: toWire(user), password };
  }

  async onApplicationBootstrap(): Promise<void> {
    if (await isAnybodyThere(this.tenants.reader({}))) return;
    const password = this.firstPassword();
    const user = password && (await this.create(FIRST_ADMIN, password));
    if (user) this.log.info({ email: FIRST_ADMIN }, 'The first operator was created');
  }

  /** Undefined, with the reason in the log, when there is no usable password: the CLI can create operators later. */
  private firstPassword(): string | undefined {
    const file = this.settings.adminPasswordFile;
    if (!existsSync(file)) {
      this.log.warn({ file }, 'No first operator was created: the password file is missing');
      return undefined;
    }
    const password = readFileSync(file, 'utf8').trim();
    if (password.length >= LEAST_CHARACTERS) return password;
    this.log.error({ file, atLeast: LEAST_CHARACTERS }, 'No first operator was created: the password is too short');
    return undefined;
  }

  private async create(email: string, password: string): Promise<UserRow | undefined> {
    const asker = { known: true, subjects: subjectsOf(email, undefined) };
    const passwordHash = await this.passwords.hash(password, asker);
    const [userId, orgId] = [newId(), newId()];
    return this.tenants.as({ orgId, userId }, async (tx) => {
      const user = await insertUser(tx, { id: userId, email, passwordHash, ...VOUCHED });
      if (user) await this.organisations.create(tx, 'Operator', userId);
      return user;
    });
  }
}
