import { Injectable } from '@nestjs/common';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { OrganisationMoving } from '@tidegate/database/deleted-organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { isOutage, reasonText } from '@tidegate/messaging/errors';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { StripeApi } from '../client/stripe-api.ts';
import { markStale } from '../customers/stripe-customer.rows.ts';
import { eventsFailed } from '../inbox/stripe-event.rows.ts';
import {
  type DirtyCustomer,
  dropDirty,
  HOLD_AGAIN_MS,
  holdDirty,
  nextDueInMs,
  postponeDirty,
  takeDirty,
} from './dirty.rows.ts';
import { ResolveEvents } from './resolve-events.ts';
import { SyncCustomer } from './sync-customer.ts';

const AT_ONCE = 6;
const MOST_ATTEMPTS = 12;
const FIRST_MS = 1_000;
const LONGEST_MS = 600_000;
/** While Stripe does not answer nobody is at fault, and nothing is counted. */
const AWAY_MS = 15_000;

/*
 * Fetches the customers that events, requests and comparisons have marked, a few at a time:
 *
 *   marked → taken for a while → fetched and stored: clear, or due again when it was marked meanwhile
 *                              → Stripe is away: later, as often as needed
 *                              → failed: later, and after twelve times dead, with its events, until an operator replays one
 */
@Injectable()
export class SyncCustomers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly customers: SyncCustomer,
    private readonly unresolved: ResolveEvents,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'sync-stripe-customers', everyMs: 60_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (!this.api.configured) return;
    const more = await this.unresolved.resolve(signal);
    const taken = await this.tenants.system('stripe', (tx) => takeDirty(tx, AT_ONCE));
    await Promise.all(taken.map((dirty) => this.syncOne(dirty)));
    if (signal.aborted) return;
    return more || taken.length === AT_ONCE ? 'again' : nextDueInMs(this.tenants.reader({ system: 'stripe' }));
  }

  private async syncOne(dirty: DirtyCustomer): Promise<void> {
    const { customer_id: customerId } = dirty;
    const alive = setInterval(() => void this.hold(dirty), HOLD_AGAIN_MS);
    try {
      await this.customers.sync(customerId, { dirty });
    } catch (error) {
      clearInterval(alive);
      // Frozen since it was taken.
      if (error instanceof OrganisationMoving)
        return await this.tenants.system('stripe', (tx) => postponeDirty(tx, customerId, AWAY_MS));
      const away = error instanceof ProblemError && isOutage(error);
      if (!away && isOutage(error)) throw error;
      await this.tenants.system('stripe', async (tx) => {
        await markStale(tx, customerId);
        if (away) return postponeDirty(tx, customerId, AWAY_MS);
        const attempts = dirty.attempts + 1;
        const dead = attempts >= MOST_ATTEMPTS;
        this.log.error({ error, customerId, attempts, dead }, 'A customer of Stripe could not be copied');
        await eventsFailed(tx, customerId, reasonText(error), dead);
        if (dead) return dropDirty(tx, customerId);
        return postponeDirty(tx, customerId, backOff(FIRST_MS, LONGEST_MS, attempts), { error: reasonText(error) });
      });
    } finally {
      clearInterval(alive);
    }
  }

  private async hold(dirty: DirtyCustomer): Promise<void> {
    try {
      await this.tenants.system('stripe', (tx) => holdDirty(tx, dirty));
    } catch (error) {
      this.log.debug({ error, customerId: dirty.customer_id }, 'A customer that is being copied could not be held');
    }
  }
}
