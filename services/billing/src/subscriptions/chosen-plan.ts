import { OPTIONAL_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { intervalNotOffered, unknownPlan } from '@tidegate/contracts/billing/plans';
import { addonNotOffered, paymentNeeded } from '@tidegate/contracts/billing/subscriptions';
import { conflict, invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { defaultPlan, isPaid } from '../entitlements/default-plan.rules.ts';
import { renewedAddons } from '../entitlements/seats.rules.ts';
import { comingFewer } from '../entitlements/seats.ts';
import { isValid } from '../entitlements/standing.rules.ts';
import { isMore } from '../entitlements/upgrade.rules.ts';
import { currencyOf } from '../kernel/currency.rows.ts';
import { chosenInterval } from '../kernel/interval.rules.ts';
import {
  changed,
  type Interval,
  type Item,
  isEnded,
  isHeld,
  isOrderedByOperator,
  onDefault,
  paidPeriod,
  type Subscription,
  stepOf,
} from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, findPlanVersion } from '../plans/catalogue.rows.ts';
import type { VersionedPlan } from '../plans/catalogue-model.rules.ts';
import { offeredPlan } from '../plans/offered-plan.rules.ts';
import { priceOf } from '../prices/price-of.rules.ts';
import { goingWith } from './settle.ts';
import type { Decided, Situation } from './subscription-changes.ts';

export interface Choice {
  plan: VersionedPlan;
  interval: Interval;
  items: Item[];
}

interface Asked {
  interval?: Interval | undefined;
  addons?: readonly { addon: string; quantity: number }[] | undefined;
}

/** The plan that a customer asks for: one that is on offer, or the one that they have, also when it left the catalogue. */
export function chosenPlan(
  refuse: Refuse<typeof unknownPlan>,
  { plans }: CurrentCatalogue,
  before: Subscription | undefined,
  { product, plan }: { product: string; plan: string },
): VersionedPlan {
  const has = before !== undefined && isValid(before.status);
  return offeredPlan(
    refuse,
    plans.filter((one) => one.offered || (has && one.plan === before.plan)),
    product,
    plan,
  );
}

/** Whether an operator has to approve it first: whoever has it goes on. */
export const needsApproval = ({ approval, plan }: VersionedPlan, before: Subscription | undefined): boolean =>
  approval && !(before !== undefined && isValid(before.status) && before.plan === plan);

/** What is asked for, with all that is not said as it is. What costs nothing has no interval but the month. */
export async function choiceOf(
  refuse: Refuse<typeof intervalNotOffered | typeof addonNotOffered>,
  { tx, at, catalogue, before }: Situation,
  plan: VersionedPlan,
  { interval, addons }: Asked,
  { operator }: { operator: boolean },
): Promise<Choice> {
  const names = new Set(addons?.map(({ addon }) => addon));
  if (addons && names.size < addons.length) throw invalid('/addons', 'duplicate', 'Name each add-on once.');
  const running = before && before.provider !== 'none' && !isEnded(before) ? before.interval : 'month';
  return {
    plan,
    interval: isPaid(plan) ? chosenInterval(refuse, plan, interval, running) : 'month',
    items: addons
      ? addons.map((asked) => itemOf(refuse, catalogue, plan, { asked, before, at, operator }))
      : before && isValid(before.status)
        ? await goingWith(tx, { ...before, plan: plan.plan })
        : [],
  };
}

/**
 * An add-on that it has keeps its version and its beginning; a new one, or one that had ended, begins now at the newest.
 * Asking for one takes back that it was going to end.
 */
function itemOf(
  refuse: Refuse<typeof addonNotOffered>,
  { addons }: CurrentCatalogue,
  plan: VersionedPlan,
  given: {
    asked: { addon: string; quantity: number };
    before: Subscription | undefined;
    at: number;
    operator: boolean;
  },
): Item {
  const { asked, before, at, operator } = given;
  const had = before?.items.find(({ addon }) => addon === asked.addon);
  const sold = addons.find(({ product, addon }) => product === plan.product && addon === asked.addon);
  const known = sold && (sold.offered || operator || had) && sold.plans.includes(plan.plan);
  const max = sold?.max ?? null;
  if (!known || (max !== null && asked.quantity > max)) {
    const why: DetailOf<'addon_not_offered'> = known
      ? `At most ${max} can be had.`
      : `The plan ${plan.name} cannot have it.`;
    throw refuse(addonNotOffered, { addon: asked.addon, plan: plan.plan, max, plans: sold?.plans ?? [] }, why);
  }
  const running = had && isHeld(had, at) ? had : undefined;
  return { since: at, version: sold.version, ...running, ...asked, until: null };
}

/** Whether anything of it has to be paid. */
export const costs = ({ plan, items }: Choice, { addons }: CurrentCatalogue): boolean =>
  isPaid(plan) ||
  items.some((item) =>
    addons.some((sold) => sold.product === plan.product && sold.addon === item.addon && isPaid(sold)),
  );

/** Whether everything of it that costs something does so in that currency: what has no price is charged to nobody. */
export const isPricedIn = (
  currency: string,
  { plan, interval, items }: Choice,
  { addons }: CurrentCatalogue,
): boolean =>
  [plan, ...addons.filter((sold) => sold.product === plan.product && items.some(({ addon }) => addon === sold.addon))]
    .filter(({ prices }) => prices.some(({ amountMinor }) => amountMinor > 0))
    .every(({ prices }) => priceOf(prices, currency, interval) !== undefined) &&
  Object.values(plan.features).every(
    (grant) => !('price' in grant && grant.price) || Object.hasOwn(grant.price, currency),
  );

/** What the organisation is, or would be, billed in. */
export const currencyFor = async ({ tx, before, catalogue }: Pick<Situation, 'tx' | 'before' | 'catalogue'>) =>
  (await currencyOf(tx, tx.orgId as string)) ?? before?.currency ?? catalogue.currency;

/**
 * Refuses what a customer cannot choose of what is billed by hand: it has no price for them, or an operator has said how it goes
 * on. Answers when the choice begins.
 */
export async function requireChoosable(
  refuse: Refuse<typeof paymentNeeded>,
  situation: Situation & { before: Subscription },
  choice: Choice,
  asked: 'now' | 'period_end' | undefined,
): Promise<'now' | 'period_end'> {
  const { before, catalogue } = situation;
  const { product, plan } = choice.plan;
  const currency = await currencyFor(situation);
  if (!isPricedIn(currency, choice, catalogue)) {
    throw refuse(
      paymentNeeded,
      { product, plan, interval: choice.interval, price: null, trialDays: null, checkout: null },
      `It has no price in ${currency}, in which this organisation is billed: ask the operator.`,
    );
  }
  if (isOrderedByOperator(before) && before.next?.reason !== 'moved') {
    throw conflict({}, 'The operator of this installation ordered what follows. Ask them to take it back.');
  }
  const at = asked ?? (await usuallyBegins(situation, before, choice.plan));
  if (at === 'now' && before.billingHeld && costs(choice, catalogue)) {
    throw conflict({}, 'The operator has to begin to bill this subscription first: ask them.');
  }
  return at;
}

/** At once. `provider`: who bills for what it costs. */
export function beginNow(
  { at, catalogue, before, steps }: Situation,
  choice: Choice,
  provider: 'none' | 'manual',
): Decided & { step: Decided['step'] } {
  const { plan, interval, items } = choice;
  const from = before ?? onDefault(plan.product, plan, at);
  const paid = costs(choice, catalogue);
  const begins =
    !before || before.provider === 'none' || isEnded(before) || (interval === 'year' && before.plan !== plan.plan);
  return {
    after: {
      ...changed(
        from,
        { ...plan, interval, provider, currency: from.currency ?? (paid ? catalogue.currency : null) },
        at,
      ),
      items,
    },
    action: 'changed',
    step: stepOf(steps.at(-1), { at, interval, paid, begins }),
  };
}

/**
 * When what is paid for ends; the add-ons that do not go with it end then, and of those that follow the members there are as
 * many as was ordered because members left. The default plan follows by cancelling.
 */
export async function beginAtPeriodEnd(
  { tx, at, catalogue, before, steps }: Situation & { before: Subscription },
  { plan, interval, items }: Choice,
  { orderedBy, ...who }: { by: string; reason: string; orderedBy: 'customer' | 'operator' },
): Promise<Decided> {
  const end = endOf(before, steps, at);
  if (plan.plan === defaultPlan(catalogue, plan.product)?.plan) {
    return { after: { ...before, next: null, cancelAt: end, orderedBy }, action: 'cancel_ordered' };
  }
  const addons = renewedAddons(before.items, items, await comingFewer(tx, catalogue, before, plan));
  const next = { plan: plan.plan, planVersion: plan.version, interval, at: end, ...who, addons };
  const kept = before.items.map((item) =>
    items.some(({ addon }) => addon === item.addon) ? item : { ...item, until: item.until ?? end },
  );
  return { after: { ...before, items: kept, cancelAt: null, next, orderedBy }, action: 'change_ordered' };
}

/** What costs nothing ends at once; a trial and what is paid for, at their ends. */
export function endOf(before: Subscription, steps: Situation['steps'], at: number): number {
  if (before.status === 'trialing' && before.trialEnd !== null) return before.trialEnd;
  return before.provider === 'none' ? at : paidPeriod(before, steps, at).end;
}

/** When it begins if nobody says so: what gives less of anything than the plan that it replaces, with the next period. */
export const usuallyBegins = async (situation: Situation, before: Subscription, plan: VersionedPlan) =>
  (await givesLess(situation, before, plan)) ? 'period_end' : 'now';

async function givesLess({ tx }: Situation, before: Subscription, plan: VersionedPlan): Promise<boolean> {
  const had = await findPlanVersion(tx, before.product, before.plan, before.planVersion);
  if (!had) return false;
  // A limit that the new plan does not have is less of nothing.
  const isLifted = (key: string) => Object.hasOwn(OPTIONAL_FEATURES, key) && plan.features[key] === undefined;
  return Object.entries(had.features).some(([key, grant]) => !isLifted(key) && isMore(grant, plan.features[key]));
}
