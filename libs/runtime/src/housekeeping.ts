import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { expireHandled, expireSequences } from '@tidegate/messaging/handled-events.rows';
import { expireKeys } from '@tidegate/messaging/idempotency-key.rows';
import { Loop, type TurnResult } from './loop.ts';

/** In every service with a schema: records that no repeated request or event can need any more expire. */
@Injectable()
export class Housekeeping {
  constructor(private readonly tenants: TenantDatabase) {}

  @Loop({ name: 'expire-idempotency-keys', everyMs: 3_600_000 })
  async expireKeys(): Promise<TurnResult> {
    return (await this.tenants.system('housekeeping', expireKeys)) ? 'again' : undefined;
  }

  @Loop({ name: 'expire-handled-events', everyMs: 3_600_000 })
  async expireHandled(): Promise<TurnResult> {
    return (await this.tenants.as({}, expireHandled)) ? 'again' : undefined;
  }

  @Loop({ name: 'expire-event-numbers', everyMs: 3_600_000 })
  async expireSequences(): Promise<TurnResult> {
    return (await this.tenants.as({}, expireSequences)) ? 'again' : undefined;
  }
}
