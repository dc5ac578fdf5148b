import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { chooseLocale, unchooseLocale } from '../../test/choose-locale.ts';
import { inOwnWords } from './catalogue-words.ts';
import { ifTranslated } from './strings.ts';

/** Names are names in every language; what is measured in time has the words of the browser. */
const SAME = ['Basic', 'EXPLAIN ANALYZE', 'EXPLAIN Pro', 'Enterprise', 'Free', 'Pro', 'Professional', 'Starter'];
const OF_TIME = ['day', 'minute'];

afterEach(unchooseLocale);

test('the catalogue that Tidegate comes with has a German text of everything that is read', async () => {
  await chooseLocale('de');
  const yaml = readFileSync(join(process.cwd(), 'plans/tidegate.yaml'), 'utf8').replaceAll(/^\s*#.*$/gm, '');
  const said = [...yaml.matchAll(/\b(?:name|description|note|unit): ([^\n{}]+?)(?= }|, \w+: |\n)/g)].map(
    ([, text = '']) => text,
  );
  expect(said.length).toBeGreaterThan(50);
  expect(
    [...new Set(said)].filter((text) => ifTranslated(text) === undefined && ![...SAME, ...OF_TIME].includes(text)),
  ).toEqual([]);
  // As refusals name what is counted.
  const counted = Object.entries(BUILT_IN_FEATURES).flatMap(([key, kind]) => (kind === 'counted' ? [key] : []));
  expect(counted.filter((key) => ifTranslated(key.replaceAll('_', ' ')) === undefined)).toEqual([]);
});

test('names of the catalogue are German in a German console, those of anything else stay', async () => {
  const plans = { features: [{ key: 'seats', name: 'Members', unit: 'member' }], products: [{ name: 'Our own' }] };
  expect(inOwnWords('plansList', plans)).toBe(plans);
  await chooseLocale('de');
  expect(inOwnWords('plansList', plans)).toEqual({
    features: [{ key: 'seats', name: 'Mitglieder', unit: 'Mitglied' }],
    products: [{ name: 'Our own' }],
  });
  const servers = { items: [{ name: 'Members' }] };
  expect(inOwnWords('serversList', servers)).toBe(servers);
});
