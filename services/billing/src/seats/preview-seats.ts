import { Controller } from '@nestjs/common';
import { previewSeats } from '@tidegate/contracts/billing/seats';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { BillingConfig, taxTermsOf } from '../billing.config.ts';
import type { TaxTerms } from '../invoices/tax.rules.ts';
import { findHoldings, readClock } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { Payments, type PreviewedCost } from '../subscriptions/payments.ts';
import { invoicesOf } from '../subscriptions/preview-invoices.ts';
import { CountMembers } from './count-members.ts';
import { addonsWith, itemsWith, neededFor, type SeatState } from './seat-state.ts';
import { readSeats } from './sell-seats.ts';

/** The price of members before they are invited: computed from what would be bought if they joined now. */
@Controller()
export class PreviewSeats {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly count: CountMembers,
    private readonly payments: Payments,
    private readonly config: BillingConfig,
  ) {}

  @Handles(previewSeats)
  async preview({ input: { more }, caller }: OperationContext<typeof previewSeats>) {
    const orgId = caller.orgId as string;
    const members = await this.count.of(orgId);
    const { states } = await this.tenants.snapshot(orgId, (tx) => readSeats(tx, orgId));
    const state = states.find(({ most }) => most !== null) ?? states[0];
    // Without a plan that sells members the limit alone decides: identity holds it.
    if (!state || members === null) return { members, free: 0, refused: 0, bought: null };
    const limitOf = (quantity: number): number =>
      state.included === null ? Number.POSITIVE_INFINITY : state.included + quantity * state.sold.each;
    const roomNow = Math.max(0, limitOf(state.quantity) - members);
    const roomMost = Math.max(roomNow, limitOf(Math.max(state.most ?? 0, state.quantity)) - members);
    const joining = Math.min(more, roomMost);
    const wanted = neededFor(members + joining, state);
    const shown = { members, free: Math.min(more, roomNow), refused: more - joining };
    const { unitMinor } = state.sold;
    if (wanted <= state.quantity || unitMinor === undefined) return { ...shown, bought: null };
    const { product, interval } = state.one;
    const { addon, name, currency } = state.sold;
    const quantity = wanted - state.quantity;
    const sold = { product, addon, name, quantity, currency, unitMinor, interval };
    return { ...shown, bought: { ...sold, ...(await this.cost(orgId, state, wanted)) } };
  }

  /** At the versions that it has: what follows the members changes nothing else. */
  private cost(orgId: string, state: SeatState, quantity: number): Promise<PreviewedCost> {
    const { one } = state;
    if (one.provider !== 'stripe' || one.ref === null) {
      return this.tenants.snapshot(orgId, (tx) => byHand(tx, orgId, { state, quantity, tax: taxTermsOf(this.config) }));
    }
    const { product, plan, planVersion, interval, ref } = one;
    const addons = addonsWith(state, quantity);
    return this.payments.preview(
      { orgId, product, ref, plan, planVersion },
      { plan, planVersion, interval, addons, at: 'now' },
    );
  }
}

async function byHand(
  tx: Tx,
  orgId: string,
  { state, quantity, tax }: { state: SeatState; quantity: number; tax: TaxTerms | undefined },
): Promise<PreviewedCost> {
  const [catalogue, { steps }, at] = [await requireCatalogue(tx), await findHoldings(tx, orgId), await readClock(tx)];
  const after = { ...state.one, next: null, items: itemsWith(state, quantity, at) };
  return invoicesOf({ tx, orgId, steps, tax }, { catalogue, at, product: after.product, before: state.one }, after);
}
