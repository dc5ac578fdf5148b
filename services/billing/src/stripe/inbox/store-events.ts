import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { GroupCommit } from '@tidegate/runtime/group-commit';
import { Wakes } from '@tidegate/runtime/wakes';
import type { IncomingEvent } from './read-event.rules.ts';
import { insertEvents } from './stripe-event.rows.ts';

/** The loop that counts what is redeemed at Stripe. */
export const COUNT_COUPONS = 'count-coupons';

const MOST = 500;
/** All events are one group: whose they are makes no difference. */
const ALL = '';

/**
 * Stores webhooks in groups: those that arrive while a transaction is under way are the next one. Each is answered when
 * its own is committed, so under load a commit is shared by many, and alone nobody waits.
 */
@Injectable()
export class StoreEvents {
  private readonly groups = new GroupCommit<IncomingEvent, undefined>((_, events) => this.insert(events), MOST);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly wakes: Wakes,
  ) {}

  store(event: IncomingEvent): Promise<void> {
    return this.groups.ask(ALL, event);
  }

  private async insert(events: IncomingEvent[]): Promise<undefined[]> {
    await this.tenants.system('stripe', (tx) => insertEvents(tx, events, 'webhook'));
    this.wakes.wake('sync-stripe-customers');
    if (events.some(({ type }) => type.endsWith('customer.discount.created'))) this.wakes.wake(COUNT_COUPONS);
    return [];
  }
}
