import { PLAIN_INDEX } from '../../test/index-facts.ts';
import type { IndexFacts } from '../relations/index-shape.rules.ts';
import type { IndexSnapshot, IndexUse } from './index-facts.rules.ts';
import { findingsByTable, isUnused, LIMITS, largestFirst } from './index-findings.rules.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-21T00:00:00Z');
const MB = 1024 * 1024;

const USED: IndexUse = {
  countingSince: NOW - 100 * DAY,
  unobservedMs: 0,
  firstSeenAt: NOW - 100 * DAY,
  lastScanAt: NOW - DAY,
  usedElsewhere: false,
};
let oids = 100;
beforeEach(() => {
  oids = 100;
});

/** An index on these columns that is read every day. */
function index(name: string, keys: number[], facts: Partial<IndexFacts> = {}, more: Partial<IndexSnapshot> = {}) {
  const fill = (value: number) => keys.map(() => value);
  oids += 1;
  return {
    databaseOid: 5,
    tableOid: 50,
    oid: oids,
    database: 'shop',
    schema: 'public',
    table: 'orders',
    name,
    columns: keys.map((key) => `c${key}`),
    method: 'btree',
    unique: false,
    valid: true,
    building: false,
    bytes: 10 * MB,
    facts: { ...PLAIN_INDEX, keys, classes: fill(1978), collations: fill(0), options: fill(0), ...facts },
    use: USED,
    ...more,
  } satisfies IndexSnapshot;
}
const judged = (indexes: readonly IndexSnapshot[], now: number) =>
  largestFirst([...findingsByTable(indexes, now)].flat());
const found = (...indexes: IndexSnapshot[]) =>
  judged(indexes, NOW).map(({ kind, index: name, coveredBy }) => [kind, name, coveredBy]);

describe('duplicate and redundant indexes', () => {
  test('of two that are the same the older stays, and the pair is reported once', () => {
    expect(found(index('first', [1]), index('second', [1]))).toEqual([['duplicate', 'second', ['first']]]);
  });

  test('whichever is older, what backs a constraint stays, and names are quoted', () => {
    const free = index('odd "name', [1]);
    const key = index('orders_pkey', [1], { constraint: 'p' }, { unique: true });
    expect(found(free, key)).toEqual([['duplicate', 'odd "name', ['orders_pkey']]]);
    expect(judged([free, key], NOW)[0]?.sql).toBe('DROP INDEX CONCURRENTLY "public"."odd ""name";');
  });

  test('a wider one covers, as do a unique one and one that includes more; the survivor is named first', () => {
    const [a, a2, wide] = [index('a', [1]), index('a2', [1]), index('wide', [1, 2])];
    expect(found(a, a2, wide)).toEqual([
      ['redundant', 'a', ['wide']],
      ['duplicate', 'a2', ['wide', 'a']],
    ]);
    expect(found(a, index('u', [1], {}, { unique: true }))).toEqual([['duplicate', 'a', ['u']]]);
    expect(found(a, index('more', [1], { include: [3] }))).toEqual([['redundant', 'a', ['more']]]);
  });

  test('what an index includes beside its keys is lost unless the other has it too', () => {
    expect(found(index('including', [1], { include: [3] }), index('wide', [1, 3]))).toEqual([]);
    const [one, same] = [index('one', [1], { include: [3, 4] }), index('same', [1], { include: [4, 3] })];
    expect(found(one, same)).toEqual([['duplicate', 'same', ['one']]]);
  });

  test('“10 2” does not begin with “1”, nor do other columns later on', () => {
    expect(found(index('one', [1]), index('ten', [10, 2]))).toEqual([]);
    expect(found(index('second', [2]), index('both', [1, 2]))).toEqual([]);
  });

  test.each<[string, Partial<IndexFacts>]>([
    ['descending', { options: [3] }],
    ['text_pattern_ops', { classes: [4217] }],
    ['another collation', { collations: [950] }],
    ['partial', { predicate: 'abc' }],
    ['an expression', { keys: [0], expressions: 'abc' }],
  ])('%s is another index', (_, facts) => {
    expect(found(index('plain', [1]), index('other', [1], facts))).toEqual([]);
    expect(found(index('other', [1], facts), index('wide', [1, 2]))).toEqual([]);
  });

  test('equal expressions and conditions are the same; different ones are not', () => {
    const lower = { expressions: 'lower' };
    expect(found(index('x', [0], lower), index('y', [0], lower))).toEqual([['duplicate', 'y', ['x']]]);
    expect(found(index('x', [0], lower), index('y', [0], { expressions: 'upper' }))).toEqual([]);
    expect(found(index('x', [1], { predicate: 'p' }), index('y', [1, 2], { predicate: 'p' }))).toEqual([
      ['redundant', 'x', ['y']],
    ]);
  });

  test('only a btree can be asked by its first columns; only the same method compares', () => {
    const gin = { method: 'gin' };
    expect(found(index('one', [1], {}, gin), index('two', [1, 2], {}, gin))).toEqual([]);
    expect(found(index('one', [1], {}, gin), index('same', [1], {}, gin))).toEqual([['duplicate', 'same', ['one']]]);
    expect(found(index('tree', [1]), index('hash', [1], {}, { method: 'hash' }))).toEqual([]);
    const brin = (pages: string) => index(pages, [1], { parameters: pages }, { method: 'brin' });
    expect(found(brin('{pages_per_range=16}'), brin('{pages_per_range=128}'))).toEqual([]);
  });

  test.each<[string, Partial<IndexFacts>, Partial<IndexSnapshot>]>([
    ['unique', {}, { unique: true }],
    ['a constraint', { constraint: 'u' }, { unique: true }],
    ['an exclusion', { constraint: 'x' }, {}],
    ['the replica identity', { replicaIdentity: true }, {}],
    ['part of a partitioned index', { attached: true }, {}],
    ['an extension’s', { extension: true }, {}],
    ['what the table is clustered by', { clustered: true }, {}],
  ])('%s is never the one to drop', (_, facts, more) => {
    expect(found(index('bound', [1], facts, more), index('wide', [1, 2]))).toEqual([]);
    expect(found(index('bound', [1], facts, more), index('bound_too', [1], facts, more))).toEqual([]);
  });

  test('an index that is not valid covers nobody, nor does one of another table or database', () => {
    const invalid = index('broken', [1], {}, { valid: false, building: true });
    expect(found(index('a', [1]), invalid)).toEqual([]);
    expect(found(index('a', [1]), index('b', [1], {}, { tableOid: 51 }))).toEqual([]);
    expect(found(index('a', [1]), index('b', [1], {}, { databaseOid: 6 }))).toEqual([]);
  });

  test('three that are the same leave one', () => {
    expect(found(index('a', [1]), index('b', [1]), index('c', [1])).map(([, name]) => name)).toEqual(['b', 'c']);
  });
});

describe('invalid indexes', () => {
  const broken = { valid: false };
  const sql = (...indexes: IndexSnapshot[]) => judged(indexes, NOW).map((finding) => finding.sql);

  test('are built anew, and rows that are there twice are reported', () => {
    const [finding] = judged([index('u', [1], {}, { ...broken, unique: true })], NOW);
    expect(finding).toMatchObject({ kind: 'invalid', sql: 'REINDEX INDEX CONCURRENTLY "public"."u";' });
    expect(finding?.evidence.join()).toContain('unique');
  });

  test('while somebody builds or drops it there is nothing to say', () => {
    expect(found(index('soon', [1], {}, { ...broken, building: true }))).toEqual([]);
  });

  test('one whose work a valid twin does goes; a twin that is not unique does not do it for a unique one', () => {
    expect(sql(index('good', [1]), index('bad', [1], {}, broken))).toEqual(['DROP INDEX CONCURRENTLY "public"."bad";']);
    expect(sql(index('good', [1]), index('bad', [1], {}, { ...broken, unique: true }))).toEqual([
      'REINDEX INDEX CONCURRENTLY "public"."bad";',
    ]);
  });

  test('what backs a constraint is built anew, an exclusion not concurrently', () => {
    const good = index('good', [1], {}, { unique: true });
    expect(sql(good, index('bad', [1], { constraint: 'u' }, { ...broken, unique: true }))).toEqual([
      'REINDEX INDEX CONCURRENTLY "public"."bad";',
    ]);
    expect(sql(index('bad', [1], { constraint: 'x' }, broken))).toEqual(['REINDEX INDEX "public"."bad";']);
  });

  test.each(['i_ccnew', 'i_ccnew1', 'i_ccold'])('%s is what REINDEX CONCURRENTLY left behind', (name) => {
    expect(sql(index(name, [1], {}, { ...broken, facts: null }))).toEqual([
      `DROP INDEX CONCURRENTLY "public"."${name}";`,
    ]);
  });
});

describe('unused indexes', () => {
  const unread: IndexUse = { ...USED, lastScanAt: null };
  const lone = (use: Partial<IndexUse>, facts: Partial<IndexFacts> = {}, more: Partial<IndexSnapshot> = {}) =>
    judged([index('lone', [1], facts, { use: { ...unread, ...use }, ...more })], NOW);

  test('one that nobody read in all the time is told with since when', () => {
    expect(lone({})).toMatchObject([
      { kind: 'unused', unusedSince: new Date(NOW - 100 * DAY).toISOString(), sql: expect.stringContaining('DROP') },
    ]);
  });

  test('35 days, not less, from whatever came last: a scan, its making, a reset or a crash', () => {
    expect(lone({ lastScanAt: NOW - 35 * DAY })).toHaveLength(1);
    for (const at of ['lastScanAt', 'firstSeenAt', 'countingSince'])
      expect(lone({ [at]: NOW - 34.9 * DAY })).toEqual([]);
    expect(lone({ countingSince: null })).toEqual([]);
  });

  test('less than one twentieth of the time may be unobserved', () => {
    expect(isUnused({ ...unread, unobservedMs: 4.9 * DAY }, NOW, LIMITS)).toBe(true);
    expect(isUnused({ ...unread, unobservedMs: 5 * DAY }, NOW, LIMITS)).toBe(false);
  });

  test('what is small, unmeasured or read on a replica is left alone', () => {
    expect(lone({}, {}, { bytes: MB - 1 })).toEqual([]);
    expect(lone({}, {}, { bytes: null })).toEqual([]);
    expect(lone({ usedElsewhere: true })).toEqual([]);
  });

  test('what enforces something is not unused; what supports a foreign key or the planner is shown, not dropped', () => {
    expect(lone({}, { constraint: 'p' }, { unique: true })).toEqual([]);
    expect(lone({}, { replicaIdentity: true })).toEqual([]);
    const [supporting] = lone({}, { foreignKeys: ['orders_customer_fkey'] });
    expect(supporting).toMatchObject({ kind: 'unused', sql: null });
    expect(supporting?.evidence.join()).toContain('orders_customer_fkey');
    expect(lone({}, { expressions: 'abc' })).toMatchObject([{ sql: null }]);
  });
});

test('the largest comes first, what was not measured last', () => {
  const sized = (name: string, bytes: number | null) => index(name, [1], {}, { bytes });
  const names = found(sized('keep', 1), sized('small', 2), sized('unknown', null), sized('large', 9));
  expect(names.map(([, name]) => name)).toEqual(['large', 'small', 'unknown']);
});

test('a table with indexes beyond all reason is judged as far as it goes', () => {
  const many = Array.from({ length: 2_000 }, (_, at) => index(`i${at}`, [1]));
  const findings = judged(many, NOW);
  expect(findings).toHaveLength(199);
  expect(findings.every(({ coveredBy }) => coveredBy.length <= 10)).toBe(true);
});
