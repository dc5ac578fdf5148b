import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModule } from 'libpg-query';
import { everyQuery, QUERIES } from '../../../test/every-query.ts';
import { parsed, plain, unqualified } from '../../../test/names-of.ts';
import { GREETING } from './connect-server.ts';
import { DAY_FIRST, MONTH_FIRST, prepareFixed } from './fixed-names.ts';
import { qualified } from './qualified.rules.ts';
import { SESSION } from './session-settings.rules.ts';

const SOURCES = fileURLToPath(new URL('../..', import.meta.url));
const EXTENSION = ['odd Schema'];

beforeAll(() => loadModule());

test('every name in every query is the catalogue’s or the extension’s, and means what it meant', async () => {
  const queries = await everyQuery();
  expect(queries.size).toBeGreaterThan(40);
  for (const query of queries) {
    const sent = qualified(query);
    const tree = parsed(sent);
    expect({ sent, left: unqualified(tree, EXTENSION) }).toEqual({ sent, left: [] });
    expect(plain(tree)).toEqual(plain(parsed(query)));
  }
});

test('what is asked before the settings of the session are known is named in full as well', () => {
  for (const sent of [GREETING, SESSION, DAY_FIRST, MONTH_FIRST, prepareFixed('one', 'select 1')])
    expect(unqualified(parsed(sent))).toEqual([]);
});

test('no file asks anything that is not in the list', () => {
  const asking = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => /\bconnection\s*\.\s*(rows|objects|one)\s*[<(]/.test(readFileSync(join(SOURCES, file), 'utf8')));
  expect(asking.map((file) => relative('.', file)).sort()).toEqual(Object.keys(QUERIES).sort());
});

test.each([
  ['select a from t where a in (1, 2)', 'in'],
  ["select a from t where a like 'b%'", 'like'],
  ['select a from t join u using (a)', 'using'],
  ['select a from t where a is distinct from b', 'distinct'],
])('what leaves open whose operator is meant is not sent: %s', (query, word) => {
  expect(() => qualified(query)).toThrow(`says ${word},`);
});

test('what is no name stays as it is', () => {
  const same = `select "in", 'like (x) = y', t.* from "s S"."f" as t(a, b) where t.a is null`;
  expect(qualified(same)).toBe(same);
});
