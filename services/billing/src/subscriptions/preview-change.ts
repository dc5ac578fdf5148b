import { Controller } from '@nestjs/common';
import { SHARED } from '@tidegate/contracts/billing/entitlements';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { BillingConfig, taxTermsOf } from '../billing.config.ts';
import { invalidCode, redemptionOf } from '../coupons/redeem-coupon.ts';
import { isValid } from '../entitlements/standing.rules.ts';
import { findOwed } from '../invoices/balance.rows.ts';
import type { TaxTerms } from '../invoices/tax.rules.ts';
import { beingSetUp } from '../kernel/being-set-up.ts';
import { findHoldings, readClock } from '../kernel/subscription.rows.ts';
import { isEnded, paidPeriod } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import {
  beginAtPeriodEnd,
  beginNow,
  choiceOf,
  chosenPlan,
  costs,
  needsApproval,
  requireChoosable,
  usuallyBegins,
} from './chosen-plan.ts';
import { enteredWith } from './enter-code.ts';
import { PreviewEntitlements } from './preview-entitlements.ts';
import { invoicesOf } from './preview-invoices.ts';
import { ProviderChanges } from './provider-changes.ts';
import { withStep } from './settle.ts';
import { requireNotHeld, type Situation } from './subscription-changes.ts';

type Context = OperationContext<typeof previewChange>;
type Features = Awaited<ReturnType<PreviewEntitlements['of']>>['before'];

/** What another choice would cost, give and take. Everything is computed as the change itself computes it. */
@Controller()
export class PreviewChange {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: PreviewEntitlements,
    private readonly provider: ProviderChanges,
    private readonly config: BillingConfig,
  ) {}

  @Handles(previewChange)
  async preview({ input, caller, refuse }: Context) {
    const orgId = caller.orgId as string;
    // Of one moment, whatever is changed meanwhile.
    const { cost, owed, before, after } = await this.tenants.snapshot(orgId, async (tx) => ({
      cost: await costOf(tx, orgId, input, refuse, taxTermsOf(this.config)),
      owed: await findOwed(tx, orgId),
      ...(await this.entitlements.read(tx, refuse, orgId, input)),
    }));
    // Asked outside of the transaction, as the change itself is.
    const billed = await this.tenants.read(orgId, (tx) => this.provider.find(tx, orgId, input.product));
    if (billed) {
      const { dueNow, next } = await this.provider.preview(refuse, billed, input);
      Object.assign(cost, { dueNow, next });
    }
    const overLimit = await this.entitlements.overLimit(orgId, after);
    const { product, plan } = input;
    return { product, plan, ...cost, owed, entitlements: differences(before, after), overLimit };
  }
}

async function costOf(
  tx: Tx,
  orgId: string,
  input: Context['input'],
  refuse: Context['refuse'],
  tax: TaxTerms | undefined,
) {
  const { product } = input;
  const [catalogue, holdings, at] = [await requireCatalogue(tx), await findHoldings(tx, orgId), await readClock(tx)];
  if (!holdings.steps[SHARED]) throw beingSetUp();
  const before = holdings.subscriptions.find((one) => one.product === product);
  const own = holdings.steps[product] ?? [];
  const situation: Situation = { tx, at, product, catalogue, before, steps: own };
  const has = before !== undefined && isValid(before.status);
  const plan = chosenPlan(refuse, catalogue, before, input);
  const choice = await choiceOf(refuse, situation, plan, input, { operator: false });
  const { interval } = choice;
  const paidFor = has && before.provider !== 'none' ? before : undefined;
  const isBilledThere = before?.provider === 'stripe' && !isEnded(before);
  // As the change itself: what is refused costs nothing.
  if (!isBilledThere) requireNotHeld(before);
  if (!isBilledThere && needsApproval(plan, before)) {
    if (input.promotionCode) throw invalidCode(refuse, input.promotionCode, 'not_here');
    return { interval, provider: before?.provider ?? 'none', beginsAt: null, dueNow: null, next: null };
  }
  const later =
    paidFor &&
    (isBilledThere
      ? (input.at ?? (await usuallyBegins(situation, paidFor, plan)))
      : await requireChoosable(refuse, { ...situation, before: paidFor }, choice, input.at));
  const code = input.promotionCode;
  if (isBilledThere) {
    const begins = later === 'period_end' ? paidPeriod(before, own, at).end : at;
    return { interval, provider: before.provider, beginsAt: iso(begins), dueNow: null, next: null };
  }
  const decided =
    paidFor && later === 'period_end'
      ? await beginAtPeriodEnd({ ...situation, before: paidFor }, choice, { by: '', reason: '', orderedBy: 'customer' })
      : beginNow(situation, choice, costs(choice, catalogue) ? 'manual' : 'none');
  const steps = { ...holdings.steps, [product]: decided.step ? withStep(own, decided.step) : own };
  const { after } = decided;
  const begins = after.next?.at ?? (later === 'period_end' ? (after.cancelAt ?? at) : at);
  const coupon =
    code &&
    (await redemptionOf(
      tx,
      refuse,
      catalogue.coupons,
      await enteredWith(refuse, situation, choice, { decided, code }),
    ));
  const invoices = await invoicesOf({ tx, orgId, steps, tax, ...(coupon && { coupon }) }, situation, after);
  return { interval, provider: after.provider, beginsAt: iso(begins), ...invoices };
}

function differences(before: Features, after: Features) {
  const features = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return features
    .map((feature) => ({ feature, before: before[feature] ?? null, after: after[feature] ?? null }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

const iso = (at: number): string => new Date(at).toISOString();
