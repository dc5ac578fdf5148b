import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import type { Stripe } from 'stripe';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import {
  claimCards,
  claimPeople,
  findGivenElsewhere,
  notBegunBy,
  noteGivenElsewhere,
  personKeys,
  type TrialKey,
} from '../../subscriptions/trial.rows.ts';
import { endOnce, StripeApi } from '../client/stripe-api.ts';
import { customerById } from '../customers/stripe-customer.rows.ts';
import { readLookupKey } from '../prices/lookup-key.rules.ts';
import type { Fact } from './facts.rules.ts';

/**
 * A product is tried once with a card, whoever has it, and once by each person, however many pages to buy it they have opened
 * before. Who is first is decided by one insert, before anything of the trial is
 * stored here; the other one is cancelled at Stripe, which charges nothing, or is paid for from now on, as the catalogue says.
 * After a crash the same is done again. A trial that was given before its organisation moved here goes on, whoever has tried the
 * product here with the same card; its cards have tried it here as well then.
 */
@Injectable()
export class TriedCards {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly log: Log,
  ) {}

  /** Answers what was refused: what was fetched is not so any more then. */
  async refuse(customerId: string, subscriptions: readonly Stripe.Subscription[]): Promise<Fact[]> {
    const tried = subscriptions.filter((one) => one.trial_end !== null);
    if (tried.length === 0) return [];
    const refs = tried.map(({ id }) => id);
    const given = await findGivenElsewhere(this.tenants.reader({}), refs);
    const trials = tried.filter(({ id, status }) => (given.has(id) ? !given.get(id) : status === 'trialing'));
    if (trials.length === 0) return [];
    const { policies } = await requireCatalogue(this.tenants.reader({}));
    const policy = policies?.triedCard ?? 'refuse';
    const cards = policy === 'allow' ? [] : await this.cards(customerId);
    const facts: Fact[] = [];
    for (const trial of trials) {
      const products = productsOf(trial);
      const isGiven = given.has(trial.id);
      const people = isGiven ? undefined : await this.people(customerId, trial, products);
      const first = await this.tenants.as({}, async (tx) => {
        const isFirst =
          (!people || (await claimPeople(tx, people.products, people.keys, trial.id))) &&
          (await claimCards(tx, products, cards, trial.id));
        if (isGiven) await noteGivenElsewhere(tx, trial.id);
        return isFirst || isGiven;
      });
      if (first) continue;
      const became = policy === 'allow' ? 'refuse' : policy;
      await this.end(trial, became);
      this.log.warn({ subscription: trial.id, became }, 'A trial of who has tried the product before was not given');
      const data = { subscription: trial.id, product: products.join(', '), became };
      facts.push({ key: `sub:${trial.id}:trial_refused`, kind: 'trial_refused', at: trial.created, data });
    }
    return facts;
  }

  /** Those who have not begun to try it by this very trial, and what they try. */
  private async people(customerId: string, { created }: Stripe.Subscription, products: readonly string[]) {
    const customer = await customerById(this.tenants.reader({ system: 'stripe' }), customerId);
    if (!customer) return undefined;
    const { org_id: orgId } = customer;
    const reader = this.tenants.reader({ orgId });
    const begins = await notBegunBy(reader, orgId, products, new Date(created * 1_000));
    return { products: begins, keys: await personKeys(reader, orgId) };
  }

  private async cards(customer: string): Promise<TrialKey[]> {
    const { data } = await this.api.call('GET /v1/customers/:id/payment_methods', (stripe) =>
      stripe.customers.listPaymentMethods(customer, { limit: 100 }),
    );
    return [...new Set(data.flatMap(({ card }) => card?.fingerprint ?? []))].map((one): TrialKey => `card:${one}`);
  }

  private async end({ id }: Stripe.Subscription, policy: 'refuse' | 'end'): Promise<void> {
    if (policy === 'refuse') {
      await endOnce(this.api.call('DELETE /v1/subscriptions/:id', (stripe) => stripe.subscriptions.cancel(id)));
    } else {
      const options = { idempotencyKey: `tried-card:${policy}:${id}` };
      await this.api.call('POST /v1/subscriptions/:id', (stripe) =>
        stripe.subscriptions.update(id, { trial_end: 'now' }, options),
      );
    }
  }
}

const productsOf = ({ items }: Stripe.Subscription): string[] =>
  [
    ...new Set(
      items.data.flatMap(({ price }) => {
        const sold = readLookupKey(price.lookup_key ?? '');
        return sold?.kind === 'plan' ? [sold.product] : [];
      }),
    ),
  ].sort();
