import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { SHIPPED } from '../../test/fixture.ts';
import { catalogueSchema } from './catalogue-schema.rules.ts';
import { parseCatalogue } from './parse-catalogue.ts';

const validate = new Ajv({ allErrors: true }).compile(catalogueSchema());
const own = SHIPPED.replace(
  'features:\n',
  'features:\n  reports: { kind: metered, per: day, name: Reports }\n',
).replaceAll('      features:\n', '      features:\n        reports: { limit: 1_000, note: Per day }\n');

test.each([
  ['a catalogue', SHIPPED],
  ['one with a feature of its own', own],
  ['one with numbers as editors see them', SHIPPED.replaceAll('10_000', '10000').replace('format: 2', "format: '2'")],
])('an editor finds no mistake in %s', (_what, yaml) => {
  parseCatalogue(problemError, yaml);
  validate(parse(yaml));
  expect(validate.errors).toBeNull();
});

test.each([
  ['a limit that is no number', 'servers: 2', 'servers: lots', '/plans/main/free/features/servers'],
  ['a built-in feature that is not declared', '  seats: { kind', '  seat: { kind', '/features'],
  ['a built-in feature of another kind', 'bots: { kind: counted', 'bots: { kind: metered', '/features/bots/kind'],
  ['a price with a fraction', 'month: 2900', 'month: 29.99', '/plans/main/pro/prices/EUR/month'],
  ['an unknown field', 'default: free', 'defualt: free', '/products/main'],
  ['an unknown currency', 'currency: EUR', 'currency: euro', '/currency'],
  [
    'an enforcement that does not exist',
    'enforcement: soft',
    'enforcement: mild',
    '/plans/main/free/features/bot_orders',
  ],
])('an editor marks %s, as the command refuses it', (_what, from, to, where) => {
  const yaml = SHIPPED.replace(from, to);
  expect(() => parseCatalogue(problemError, yaml)).toThrow();
  expect(validate(parse(yaml))).toBe(false);
  expect(validate.errors?.map((error) => error.instancePath)).toContain(where);
});

test('every shipped catalogue names its schema, which lies beside it and is the one the code makes', () => {
  const plans = join(__dirname, '../../../..', 'plans');
  for (const file of readdirSync(plans).filter((name) => name.endsWith('.yaml'))) {
    const text = readFileSync(join(plans, file), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/catalogue\.schema\.json\n/);
  }
  const file = readFileSync(join(plans, 'catalogue.schema.json'), 'utf8');
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(catalogueSchema())));
});
