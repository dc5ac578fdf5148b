import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Metrics } from '@tidegate/telemetry/metrics';
import { disputesToFetch } from '../../kernel/dispute.rows.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { customerById, customerCompared, nextSeq } from '../customers/stripe-customer.rows.ts';
import { eventsDone, eventsOrphaned } from '../inbox/stripe-event.rows.ts';
import { ApplyCustomer } from './apply-customer.ts';
import { BoughtPackages } from './bought-packages.ts';
import { clearDirty, type DirtyCustomer, dropDirty } from './dirty.rows.ts';
import { FetchCustomer } from './fetch-customer.ts';

/**
 * Makes the copy of a customer what stands at Stripe now:
 *
 *   take a number → fetch everything → store it, unless a higher number is stored
 *
 * It does not matter what was announced, in which order and how often: whatever changes after the fetch began is
 * announced later, and brings another one with a higher number.
 */
@Injectable()
export class SyncCustomer {
  private readonly settled = new Metrics().histogram(
    'tidegate_stripe_event_seconds',
    'From when an event of Stripe was stored until what follows from it is in force',
  );

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly fetching: FetchCustomer,
    private readonly applying: ApplyCustomer,
    private readonly packages: BoughtPackages,
  ) {}

  /** `dirty` says what was known to have changed; it is cleared with the same commit. */
  async sync(
    customerId: string,
    { dirty, compare = false }: { dirty?: DirtyCustomer; compare?: boolean } = {},
  ): Promise<void> {
    const { settings } = this.api;
    if (!settings) return;
    const known = await customerById(this.tenants.reader({ system: 'stripe' }), customerId);
    if (!known) {
      await this.tenants.system('stripe', async (tx) => {
        await eventsOrphaned(tx, customerId);
        await dropDirty(tx, customerId);
      });
      return;
    }
    // A fetch may end a trial at Stripe, and of what it found nothing could be stored.
    if (!known.here) await this.tenants.requireHere(known.org_id);
    const { seq, at } = await this.tenants.system('stripe', nextSeq);
    const disputed = await disputesToFetch(this.tenants.reader({ system: 'stripe' }), known.org_id, customerId);
    const state = await this.fetching.fetch(customerId, { all: compare, money: compare || dirty?.money, disputed });
    const packages = await this.packages.fetch(known.org_id);
    const fetched = { orgId: known.org_id, customerId, livemode: settings.livemode, seq, state, compare };
    await this.applying.apply(fetched, async (tx) => {
      await this.packages.apply(tx, known.org_id, packages);
      const waited = await eventsDone(tx, customerId, at);
      tx.onCommit(() => {
        for (const seconds of waited) this.settled.observe(seconds);
      });
      if (dirty) await clearDirty(tx, dirty);
      if (compare) await customerCompared(tx, customerId);
    });
  }
}
