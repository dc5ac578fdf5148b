import { Controller } from '@nestjs/common';
import { otherCurrency } from '@tidegate/contracts/billing/invoices';
import { listTopUps, noPaymentMethod, setTopUp, type TopUp, topUpSet } from '@tidegate/contracts/billing/top-ups';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { offeredPackage } from '../../credits/offered-package.ts';
import { recordChange } from '../../kernel/change.rows.ts';
import { changedBy, lockBilling } from '../../kernel/subscription.rows.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { savedCard } from '../customers/saved-card.ts';
import { findCustomer } from '../customers/stripe-customer.rows.ts';
import { PublishedPrices } from '../prices/published-prices.ts';
import { TOP_UP } from './buy-when-low.loop.ts';
import { findSpent, findTopUps, lockTopUp, saveTopUp, type TopUpRow } from './top-up.rows.ts';
import { findTopUpOffer, type TopUpOffer } from './top-up-offer.ts';

type Context = OperationContext<typeof setTopUp>;

/** Packages that are bought by themselves. */
@Controller()
export class ManageTopUps {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly prices: PublishedPrices,
    private readonly wakes: Wakes,
  ) {}

  @Handles(listTopUps)
  async list({ caller }: OperationContext<typeof listTopUps>) {
    const orgId = caller.orgId as string;
    return this.tenants.snapshot(orgId, async (tx) => {
      const items = [];
      for (const row of await findTopUps(tx, orgId)) items.push(await shown(tx, row));
      return { items };
    });
  }

  @Handles(setTopUp)
  async set({ input, caller, tx, emit, refuse, was }: Context): Promise<TopUp> {
    const orgId = caller.orgId as string;
    const had = await this.tenants.read(orgId, (tx) => findTopUps(tx, orgId));
    const before = had.find(({ feature }) => feature === input.feature);
    const key = input.package ?? before?.package;
    if (key === undefined) throw invalid('/package', 'required', 'Name the package that is bought.');
    if (input.enabled) await this.requireSold(refuse, orgId, input, key, before);
    await lockBilling(tx, orgId);
    const row = await lockTopUp(tx, orgId, input.feature);
    if (row) was(settingsOf(row));
    const { feature, enabled } = input;
    const threshold = input.threshold ?? Number(row?.threshold ?? 0);
    const monthlyCapMinor = input.monthlyCapMinor ?? Number(row?.monthly_cap_minor ?? 0);
    const after = { feature, package: key, enabled, threshold, monthlyCapMinor };
    const by = changedBy(caller);
    await saveTopUp(tx, orgId, { ...after, by });
    const change = { orgId, product: null, action: 'top_up_set', by, reason: 'Set by the organisation' };
    await recordChange(tx, { ...change, ...(row && { before: settingsOf(row) }), after });
    await emit(topUpSet, { orgId, feature, threshold: enabled ? threshold : null });
    tx.onCommit(() => this.wakes.wake(TOP_UP));
    return shown(tx, (await lockTopUp(tx, orgId, feature)) as TopUpRow);
  }

  /** Everything that a charge needs, before somebody relies on it. Asks the payment provider, so no transaction may be open. */
  private async requireSold(
    refuse: Context['refuse'],
    orgId: string,
    input: Context['input'],
    key: string,
    before: TopUpRow | undefined,
  ): Promise<void> {
    const { livemode } = this.api.require(refuse);
    const offer = await this.tenants.read(orgId, (tx) => requireOffer(tx, refuse, orgId, key));
    if (offer.pack.feature !== input.feature) {
      throw invalid('/package', 'other_feature', 'Its units are {own}, not {feature}.', {
        own: offer.pack.feature,
        feature: input.feature,
      });
    }
    const cap = input.monthlyCapMinor ?? (before && Number(before.monthly_cap_minor));
    if (cap === undefined || cap < offer.priceMinor) {
      const price = String(offer.priceMinor);
      throw invalid('/monthlyCapMinor', 'too_small', 'Say the most that is spent in a month: one costs {price}.', {
        price,
      });
    }
    const { currency } = offer;
    await this.prices.idsOf([{ kind: 'package', product: '', package: key, currency }], livemode);
    const customer = await this.tenants.read(orgId, (tx) => findCustomer(tx, orgId, livemode));
    if (customer && (await savedCard(this.api, customer.customer_id))) return;
    const portal = '/api/v1/billing/portal';
    throw refuse(noPaymentMethod, { portal }, `Leave a card first: subscribe to a plan, or POST ${portal}`);
  }
}

async function requireOffer(tx: Tx, refuse: Context['refuse'], orgId: string, key: string): Promise<TopUpOffer> {
  const catalogue = await requireCatalogue(tx);
  await offeredPackage(tx, refuse, catalogue, { orgId, key });
  const offer = await findTopUpOffer(tx, orgId, key);
  if (!offer) throw refuse(otherCurrency, { currency: catalogue.currency }, 'It has no price in your currency.');
  return offer;
}

const settingsOf = ({ feature, package: key, enabled, threshold, monthly_cap_minor }: TopUpRow) => ({
  ...{ feature, package: key, enabled, threshold: Number(threshold), monthlyCapMinor: Number(monthly_cap_minor) },
});

async function shown(tx: Tx, row: TopUpRow): Promise<TopUp> {
  const { org_id: orgId, stopped } = row;
  const settings = settingsOf(row);
  const offer = await findTopUpOffer(tx, orgId, row.package);
  const spentMinor = (await findSpent(tx, orgId)).get(row.feature) ?? 0;
  const currency = offer?.currency ?? (await requireCatalogue(tx)).currency;
  const capReached = spentMinor + (offer?.priceMinor ?? 0) > settings.monthlyCapMinor;
  return { ...settings, name: offer?.pack.name ?? row.package, spentMinor, currency, stopped, capReached };
}
