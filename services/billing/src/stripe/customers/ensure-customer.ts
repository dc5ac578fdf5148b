import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Stripe } from 'stripe';
import { requireNoDemo } from '../../kernel/demo.rows.ts';
import { StoredCalls } from '../client/stored-calls.ts';
import type { StripeSettings } from '../client/stripe-settings.rules.ts';
import { releaseQuarantined } from '../inbox/stripe-event.rows.ts';
import { deletedCustomers, findCustomer, saveCustomer } from './stripe-customer.rows.ts';

/** One customer at Stripe for each organisation: however many people click at once, and whatever dies in between. */
@Injectable()
export class EnsureCustomer {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calls: StoredCalls,
  ) {}

  /** For a page on which they pay or change something: none is opened for an organisation that moves. */
  async of(orgId: string, { livemode }: StripeSettings): Promise<string> {
    await this.tenants.requireHere(orgId);
    const known = await findCustomer(this.tenants.reader({ orgId }), orgId, livemode);
    if (known) return known.customer_id;
    await requireNoDemo(this.tenants.reader({ orgId }), orgId);
    const generation = await this.tenants.read(orgId, deletedCustomers);
    const params = { metadata: { organisation_id: orgId } };
    const { id } = await this.calls.create({
      orgId,
      key: ['cust', orgId, livemode ? 'live' : 'test', ...(generation > 0 ? [generation] : [])].join(':'),
      operation: 'customers.create',
      endpoint: 'POST /v1/customers',
      params,
      create: (stripe, options) => stripe.customers.create(params, options),
      fetch: async (stripe, customerId) => (await stripe.customers.retrieve(customerId)) as Stripe.Customer,
      find: (stripe, since) => findByOrganisation(stripe, orgId, since),
    });
    await this.tenants.run(orgId, async (tx) => {
      await saveCustomer(tx, orgId, livemode, id);
      await releaseQuarantined(tx, id, orgId);
    });
    return id;
  }
}

async function findByOrganisation(stripe: Stripe, orgId: string, since: Date): Promise<Stripe.Customer | undefined> {
  const created = { gte: Math.floor(since.getTime() / 1_000) - 60 };
  for await (const customer of stripe.customers.list({ created, limit: 100 })) {
    if (customer.metadata['organisation_id'] === orgId) return customer;
  }
  return undefined;
}
