import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPTIONAL_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { DONE_BY_PEOPLE, ENFORCEMENT, NOT_IN_THE_PRODUCT } from '@tidegate/contracts/billing/enforcement';
import '@tidegate/contracts/all';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import { parse } from 'yaml';
import { parseCatalogue } from '../src/plans/parse-catalogue.ts';
import { read, whole } from './format-2.ts';

/* The table of docs/plans-and-usage.md says what the services do, for every feature that is sold. */
const root = join(__dirname, '../../..');
const text = (service: string): string =>
  globSync([`services/${service}/src/**/*.ts`, `libs/contracts/src/${service}/meters.ts`], { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

test('every feature of the default catalogue is enforced, or said to be none of the product yet', () => {
  const { features } = parse(readFileSync(join(root, 'plans/tidegate.yaml'), 'utf8')) as { features: object };
  const said = [...Object.keys(ENFORCEMENT), ...Object.keys(NOT_IN_THE_PRODUCT)];
  expect(said.sort()).toEqual([...new Set([...Object.keys(features), ...Object.keys(OPTIONAL_FEATURES)])].sort());
});

const sources = new Map<string, string>();
const sourceOf = (service: string): string => {
  const source = sources.get(service) ?? text(service);
  sources.set(service, source);
  return source;
};

test.each(Object.entries(ENFORCEMENT))('%s is asked for by the services that are said to', (feature, { by }) => {
  for (const service of by) {
    const needed = operations().some(
      (operation) => operation.service === service && operation.needs?.feature === feature,
    );
    const metered = operations().some((operation) => operation.service === service && operation.limit === feature);
    const named = sourceOf(service).includes(`'${feature}'`);
    expect([needed, metered, named], `${service} names ${feature}`).toContain(true);
  }
});

test('nobody asks for what is not in the product, so its line is removed with the code that enforces it', () => {
  for (const feature of Object.keys(NOT_IN_THE_PRODUCT)) {
    for (const service of ['identity', 'monitor-agent', 'bot-executor', 'notifier', 'gateway'])
      expect(sourceOf(service), `${service} names ${feature}`).not.toMatch(
        new RegExp(`(claim|feature|shows|usable)\\(\\w+, '${feature}'`),
      );
    expect(operations().filter((operation) => operation.needs?.feature === feature)).toEqual([]);
  }
});

const CATALOGUES = globSync('plans/*.yaml', { cwd: root });

test.each(CATALOGUES)('what %s sells and nobody can use so far is marked as coming, and nothing else is', (file) => {
  const { features } = parse(readFileSync(join(root, file), 'utf8')) as { features: Record<string, { coming?: true }> };
  const [own] = file.endsWith('tidegate.yaml') ? [NOT_IN_THE_PRODUCT] : [{}];
  const missing = [
    ...Object.keys(own).filter((key) => !DONE_BY_PEOPLE.includes(key)),
    ...Object.entries(ENFORCEMENT).flatMap(([key, { coming }]) => (coming ? [key] : [])),
  ];
  const sold = missing.filter((key) => isGiven(file, key));
  expect(Object.keys(features).filter((key) => features[key]?.coming)).toEqual(expect.arrayContaining(sold));
  expect(missing).toEqual(expect.arrayContaining(Object.keys(features).filter((key) => features[key]?.coming)));
});

/** Whether a plan or an add-on gives some of it. */
const isGiven = (file: string, key: string): boolean => {
  const { plans, addons } = parseCatalogue(problemError, readFileSync(join(root, file), 'utf8'));
  const given = [...plans, ...addons].flatMap(({ features }): object[] => (features[key] ? [features[key]] : []));
  return given.some(
    (grant) => !Object.values(grant).some((value) => value === false || value === 0 || value === 'none'),
  );
};

test('a feature that is sold and not there yet says so, and whatever is there has no word of it', () => {
  const [first] = read(whole).features;
  expect(first).not.toHaveProperty('coming');
  const marked = whole.replace(`  ${first?.key}: { kind:`, `  ${first?.key}: { coming: true, kind:`);
  expect(marked).not.toBe(whole);
  expect(read(marked).features[0]).toEqual({ ...first, coming: true });
  expect(read(marked.replace('coming: true', 'coming: false')).features[0]).toEqual(first);
});
