import { loadModule } from 'libpg-query';
import libpgQuery from 'libpg-query/package.json' with { type: 'json' };
import { FINGERPRINT_VERSION } from '../../statements/query-key.rows.ts';
import { fingerprintOf } from './fingerprint.ts';
import { scrubScanned } from './scan-tokens.ts';

beforeAll(() => loadModule());

const of = (text: string) => fingerprintOf(scrubScanned(text).text);

test.each([
  ['select * from a where b = 1', "SELECT *\n  FROM a WHERE b = 'x' -- comment"],
  ['select * from a where b in (1, 2, 3)', 'select * from a where b in ($1 /*, ... */)'],
  ['insert into t values (1, 2)', 'insert into t values (1, 2), (3, 4)'],
  ["create role r password 'x'", "create role r password 'y'"],
  ["copy t from '/a'", "copy t from '/b'"],
  ["do 'begin end'", 'do $$ begin perform 1; end $$'],
  ['create table t (a varchar(10))', 'create table t (a varchar(20))'],
  ["comment on table t is 'a'", "comment on table t is 'b'"],
  ['savepoint a', 'savepoint b'],
])('one fingerprint: %s | %s', (one, other) => {
  expect(of(one)).toMatch(/^[\da-f]{16}$/);
  expect(of(one)).toBe(of(other));
});

test.each([
  ['select a from t', 'select b from t'],
  ['select a from t', 'select a from u'],
  ['select a from t where b = 1', 'select a from t where b > 1'],
])('two fingerprints: %s | %s', (one, other) => {
  expect(of(one)).not.toBe(of(other));
});

test.each([
  '',
  'no statement',
  '<unparsable> 100',
  'select 1 from',
  '('.repeat(50_000),
  `select ${'not '.repeat(20_000)}true`,
])('none: %.20s', (text) => {
  expect(fingerprintOf(text)).toBeUndefined();
});

test('another version of the parser needs another version of the fingerprints', () => {
  expect({ parser: libpgQuery.version, fingerprints: FINGERPRINT_VERSION }).toEqual({
    parser: '18.1.5',
    fingerprints: 1,
  });
});
