import { SHARED } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';
import { described, recordChange } from '../kernel/change.rows.ts';
import { type Holdings, saveStep, saveSubscription } from '../kernel/subscription.rows.ts';
import { onDefault, stepOf, wholeSecond } from '../kernel/subscription.rules.ts';
import type { CurrentCatalogue } from '../plans/catalogue.rows.ts';
import { defaultPlan } from './default-plan.rules.ts';

/**
 * Every organisation has the default plan of each product that has one, at the version that was in force when it came. A
 * product that is added later is opened for everybody when their entitlements are computed next.
 *
 * @param anchor from which the periods of a new organisation are counted
 */
export async function openDefaults(
  tx: Tx,
  orgId: string,
  catalogue: CurrentCatalogue,
  holdings: Holdings,
  anchor: number,
): Promise<Holdings> {
  const at = wholeSecond(anchor);
  const steps = { ...holdings.steps };
  const subscriptions = [...holdings.subscriptions];
  const isNew = !steps[SHARED];
  const begin = async (product: string) => {
    const step = stepOf(steps[product]?.at(-1), { at, interval: 'month', paid: false, begins: true });
    if (!step) return;
    await saveStep(tx, orgId, product, step);
    steps[product] = [...(steps[product] ?? []), step];
  };
  if (isNew) await begin(SHARED);
  for (const { product } of catalogue.products) {
    const plan = defaultPlan(catalogue, product);
    if (!plan || subscriptions.some((one) => one.product === product)) continue;
    const one = onDefault(product, plan, at);
    await saveSubscription(tx, orgId, one, at);
    await begin(product);
    const reason = isNew ? '' : 'The product was added';
    await recordChange(tx, { orgId, product, action: 'opened', by: 'sign-up', reason, after: described(one) });
    subscriptions.push(one);
  }
  return { steps, subscriptions };
}
