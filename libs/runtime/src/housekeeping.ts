import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { forgetHandled } from '@tidegate/messaging/forget-handled';
import { forgetOldKeys } from '@tidegate/messaging/idempotency';
import { Loop, type TurnResult } from './loop.ts';

/** In every service with a schema: what repeats a request or an event can no longer need. */
@Injectable()
export class Housekeeping {
  constructor(private readonly tenants: TenantDatabase) {}

  @Loop({ name: 'forget-idempotency-keys', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    return (await this.tenants.system('housekeeping', forgetOldKeys)) ? 'again' : undefined;
  }

  @Loop({ name: 'forget-handled-events', everyMs: 3_600_000 })
  async forget(): Promise<TurnResult> {
    return (await this.tenants.as({}, forgetHandled)) ? 'again' : undefined;
  }
}
