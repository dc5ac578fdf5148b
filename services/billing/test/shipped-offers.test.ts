import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeatureGrant, LEVELS } from '@tidegate/contracts/billing/features';
import { addonFor, refusalOf, upgradeFor } from '@tidegate/contracts/billing/snapshot';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { isPaid } from '../src/entitlements/default-plan.rules.ts';
import { type GrantingSubscription, type SnapshotInput, snapshotOf } from '../src/entitlements/entitlements.rules.ts';
import type { Grant } from '../src/entitlements/grant.rules.ts';
import type { GrantingPlan } from '../src/entitlements/plan-grants.rules.ts';
import { isMore } from '../src/entitlements/upgrade.rules.ts';
import { parseCatalogue } from '../src/plans/parse-catalogue.ts';
import { OFFERS } from './offers.ts';

/* What a refusal offers gives what was asked for: each plan of each catalogue that ships, with and without grants. */
const NOW = Date.parse('2026-03-01T12:00:00Z');

function openShop(file: string) {
  const yaml = readFileSync(join(__dirname, '../../../plans', `${file}.yaml`), 'utf8');
  const catalogue = parseCatalogue(problemError, yaml);
  const plans = catalogue.plans.map((plan): GrantingPlan => ({ ...plan, version: 1 }));
  const { currency, products, features, addons } = catalogue;
  const had = (subscriptions: readonly GrantingSubscription[], grants: readonly Grant[] = []) => {
    const shop = { orgId: '0197f0e0-0000-7000-8000-000000000001', currency, products, features, plans, addons };
    const input: SnapshotInput = { ...shop, subscriptions, grants, periods: {}, demo: false };
    return snapshotOf(input, NOW).snapshot;
  };
  const subscribed = (plan: GrantingPlan): GrantingSubscription => ({
    ...{ product: plan.product, status: 'active', graceUntil: null, pinned: plan, items: [] },
    provider: isPaid(plan) ? 'manual' : 'none',
  });
  const find = (product: string, key: string): GrantingPlan => {
    const found = plans.find((one) => one.product === product && one.plan === key);
    if (!found?.offered) throw new Error(`${product}.${key} is not on offer.`);
    return found;
  };
  return { ...catalogue, plans, had, subscribed, find };
}

/** What an operator may have given: nothing, exactly something, or something on top. */
function grantsOf(features: Readonly<Record<string, FeatureGrant>>): (readonly Grant[])[] {
  const given = (op: Grant['op']) =>
    Object.entries(features).map(([feature, { kind }]): Grant => {
      const value = kind === 'boolean' ? false : kind === 'level' ? 'basic' : 3;
      return { id: `g:${feature}`, feature, op, value, from: 0, until: null };
    });
  return [[], given('set'), given('add'), given('max')];
}

describe.each(Object.keys(OFFERS))('%s.yaml', (file) => {
  const { plans, addons, products, had, subscribed, find } = openShop(file);
  const defaults = products.flatMap(({ product, defaultPlan }) =>
    plans.filter((plan) => plan.product === product && plan.plan === defaultPlan).map(subscribed),
  );
  const having = (plan: GrantingPlan | undefined, items: GrantingSubscription['items'] = []) => [
    ...defaults.filter(({ product }) => product !== plan?.product),
    ...(plan ? [{ ...subscribed(plan), items }] : []),
  ];
  const each = [undefined, ...plans];
  const name = (plan: GrantingPlan | undefined) => (plan ? `${plan.product}.${plan.plan}` : 'nothing');

  test.each(each.map((plan) => [name(plan), plan] as const))('whoever has %s gets what is offered', (_, own) => {
    const everything = had(plans.map(subscribed)).features;
    for (const grants of grantsOf(everything)) {
      const before = had(having(own), grants);
      for (const feature of Object.keys(everything)) {
        const offers = [before.upgrade[feature] ?? [], before.further?.[feature] ?? []].flat();
        for (const offer of offers) {
          const after = had(having(find(offer.product, offer.plan)), grants).features[feature] as FeatureGrant;
          expect(isMore(after, before.features[feature]), `${feature} by ${offer.plan}`).toBe(true);
          const { limit, level } = offer;
          expect(after).toMatchObject(level ? { level } : limit === null ? {} : { [of(after)]: limit });
        }
        // Where none is offered, none would give more.
        for (const plan of offers.length > 0 ? [] : plans.filter(({ offered }) => offered)) {
          const after = had(having(plan), grants).features[feature];
          const isOf = after && (after.product === null || after.product === plan.product);
          if (isOf && own?.product === plan.product) expect(isMore(after, before.features[feature])).toBe(false);
        }
        for (const level of LEVELS.slice(1)) {
          const { upgradeTo } = refusalOf(before, feature, { level });
          const product = upgradeFor(before, feature, { level })?.product ?? '';
          const gives = upgradeTo && had(having(find(product, upgradeTo)), grants).features[feature];
          if (gives && gives.kind === 'level')
            expect(LEVELS.indexOf(gives.level)).toBeGreaterThanOrEqual(LEVELS.indexOf(level));
        }
        const added = addonFor(before, feature, {});
        if (!added) continue;
        const plan = find(added.product, added.plan);
        expect(isPaid(plan), `${added.addon} is sold with ${plan.plan}`).toBe(true);
        const sold = addons.find((one) => one.addon === added.addon);
        const item = { addon: added.addon, quantity: 1, since: 0, until: null, features: sold?.features ?? {} };
        const after = had(having(plan, [item]), grants).features[feature] as FeatureGrant;
        expect(isMore(after, before.features[feature]), `${feature} by ${added.addon}`).toBe(true);
      }
    }
  });
});

const of = ({ kind }: FeatureGrant): string => (kind === 'static' ? 'value' : 'limit');

test('of the monitoring plans the level that was asked for is offered, and what is set is not said to be lifted by a plan', () => {
  const { had, subscribed, find } = openShop('tidegate');
  const free = had([subscribed(find('monitoring', 'free'))]);
  expect(refusalOf(free, 'explain', { level: 'basic' })).toMatchObject({ upgradeTo: 'professional' });
  // EXPLAIN Pro is an add-on: no plan has it, and nothing is added to what costs nothing.
  expect(refusalOf(free, 'explain', { level: 'premium' })).toMatchObject({
    ...{ upgradeTo: null, addon: { addon: 'explain_pro', plan: 'starter', level: 'premium' } },
  });
  expect(refusalOf(free, 'explain', { level: 'unlimited' })).toMatchObject({ upgradeTo: null, addon: undefined });
  expect(refusalOf(free, 'servers', { amount: 2 })).toMatchObject({ upgradeTo: 'starter' });
  expect(refusalOf(free, 'servers', { amount: 6 })).toMatchObject({ upgradeTo: 'professional' });
  expect(refusalOf(free, 'servers', { amount: 21 })).toMatchObject({ upgradeTo: 'enterprise' });
  const set = { ...{ id: 'g', feature: 'servers', from: 0, until: null }, op: 'set' as const, value: 3 };
  expect(had([subscribed(find('monitoring', 'free'))], [set]).upgrade).not.toHaveProperty('servers');
  const more = { ...set, op: 'add' as const, value: 10 };
  const given = had([subscribed(find('monitoring', 'starter'))], [more]);
  expect(given.upgrade['servers']).toMatchObject({ plan: 'professional', limit: 30 });
  expect(given.features['servers']).toMatchObject({ limit: 15 });
  const enterprise = had([subscribed(find('monitoring', 'enterprise'))]);
  expect(refusalOf(enterprise, 'seats', { amount: 11 }).addon).toMatchObject({ addon: 'extra_member', limit: 11 });
  expect(refusalOf(enterprise, 'seats', { amount: 14 }).addon).toMatchObject({ quantity: 4, limit: 14 });
});
