import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { AddonFeature, PlanFeature } from '@tidegate/contracts/billing/catalogue';
import type { OneOffPrice, Price } from '@tidegate/contracts/billing/prices';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { inWords, NOTHING, number } from '../../test/in-words.ts';
import { OFFERS, type Offer } from '../../test/offers.ts';
import type { PlanDefinition } from './catalogue-model.rules.ts';
import { catalogueSchema } from './catalogue-schema.rules.ts';
import { parseCatalogue } from './parse-catalogue.ts';

/* Each line of each catalogue that ships, in words, beside what was ordered. */

const text = (file: string): string => readFileSync(join(__dirname, '../../../../plans', `${file}.yaml`), 'utf8');
const dollars = (amountMinor: number): string => `$${amountMinor / 100}`;

function price(prices: readonly Price[], setup: readonly OneOffPrice[]): string {
  for (const { currency } of [...prices, ...setup]) expect(currency).toBe('USD');
  return [
    ...prices.map(({ interval, amountMinor }) => `${dollars(amountMinor)} a ${interval}`),
    ...setup.map(({ amountMinor }) => `${dollars(amountMinor)} once`),
  ].join(', ');
}

/** With what use beyond the limit costs. */
function sold(grant: PlanFeature): string {
  if (grant.kind !== 'metered') return inWords(grant);
  const usage = grant.price?.['USD'];
  // What is hard is refused at the limit, what is charged never.
  if (grant.enforcement !== 'soft') expect(grant.ceiling).toBe(usage ? null : grant.limit);
  return `${inWords(grant)}${usage ? `, then $${usage.model === 'unit' ? usage.unit : usage.model}` : ''}`;
}

const added = ({ kind, value }: AddonFeature): string =>
  kind === 'boolean' ? 'yes' : kind === 'level' ? value : number(value);

const isSold = (key: string): boolean => !Object.hasOwn(BUILT_IN_FEATURES, key);

function terms(plan: PlanDefinition): string | undefined {
  if (plan.isDefault) return 'default';
  if (plan.approval) return 'by approval';
  if (plan.trial) return `${plan.trial.days} days free`;
  return plan.revenueShare === null ? undefined : `${plan.revenueShare} % of revenue`;
}

/** Every line of the table is given, and whatever is sold and not in the table gives nothing. */
function expectGiven(given: Record<string, string>, offer: Offer): void {
  for (const [key, words] of Object.entries(offer.gives)) expect(`${key}: ${given[key]}`).toBe(`${key}: ${words}`);
  const others = Object.entries(given).filter(([key]) => isSold(key) && !Object.hasOwn(offer.gives, key));
  for (const [key, words] of others) expect(NOTHING, `${key}: ${words}`).toContain(words);
}

const FILES = Object.entries(OFFERS);

describe.each(FILES)('%s.yaml', (file, offers) => {
  const { plans, addons, packages } = parseCatalogue(problemError, text(file));

  test('sells the plans and the add-ons that were ordered, and no others', () => {
    expect(plans.map(({ product, plan }) => `${product}.${plan}`).sort()).toEqual(Object.keys(offers.plans).sort());
    expect(addons.map(({ product, addon }) => `${product}.${addon}`).sort()).toEqual(Object.keys(offers.addons).sort());
  });

  test.each(Object.entries(offers.plans))('%s costs and gives what was ordered', (ref, offer) => {
    const plan = plans.find((one) => `${one.product}.${one.plan}` === ref);
    if (!plan) throw new Error(`There is no ${ref}.`);
    expect(price(plan.prices, plan.setup)).toBe(offer.price);
    expect(terms(plan)).toBe(offer.terms);
    const given = Object.entries(plan.features).map(([key, grant]) => [key, sold(grant)]);
    expectGiven(Object.fromEntries(given), offer);
  });

  test.each(Object.entries(offers.addons))('the add-on %s costs and adds what was ordered', (ref, offer) => {
    const addon = addons.find((one) => `${one.product}.${one.addon}` === ref);
    if (!addon) throw new Error(`There is no ${ref}.`);
    expect(price(addon.prices, addon.setup)).toBe(offer.price);
    const given = Object.fromEntries(Object.entries(addon.features).map(([key, one]) => [key, added(one)]));
    expect(given).toEqual(offer.gives);
  });

  test('sells the packages that were ordered, and no others', () => {
    const sold = packages.map(({ package: key, feature, amount, expiresDays, prices }) => {
      const days = expiresDays === 365 ? ' for a year' : '';
      return [key, `${amount} ${feature}${days}: ${price([], prices)}`];
    });
    expect(Object.fromEntries(sold)).toEqual(offers.packages ?? {});
  });

  test('an editor finds no mistake in it', () => {
    const validate = new Ajv({ allErrors: true }).compile(catalogueSchema());
    validate(parse(text(file)));
    expect(validate.errors).toBeNull();
  });
});

test('the example of the documents is a catalogue, once it has what the software depends on', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/plans-and-usage.md'), 'utf8');
  const example = /```yaml\n(format: 2[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const account = text('agents');
  const declared = account.slice(account.indexOf('  seats: {'), account.indexOf('plans:\n'));
  const others = `${declared.replace(/ {2}(api_calls|servers|bots): .*\n/g, '')}  white_label: { kind: boolean, product: account, name: White label }\n`;
  const plan = account
    .slice(account.indexOf('  account:\n    free:'))
    .replace(/ {8}(api_calls|servers|bots): .*\n/g, '')
    .replace('        mainnet: false\n', '        mainnet: false\n        white_label: false\n');
  const whole = example
    .replace('features:\n', `features:\n${others}`)
    .replace('products:\n', 'products:\n  account: { name: Account, default: free }\n')
    .replace('\nplans:\n', `\nplans:\n${plan}`);
  const { plans, addons } = parseCatalogue(problemError, whole);
  expect(plans.map((one) => one.plan)).toEqual(['free', 'free', 'pro', 'basic']);
  expect(addons).toMatchObject([{ addon: 'extra_server', features: { servers: { value: 1 } } }]);
});

test('each can follow each: none changes how a feature of another is counted', () => {
  for (const [before] of FILES) {
    const { features } = parseCatalogue(problemError, text(before));
    for (const [after] of FILES) parseCatalogue(problemError, text(after), features);
  }
});
