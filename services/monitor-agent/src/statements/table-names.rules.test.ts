import { tableNames } from './table-names.rules.ts';

const names = (text: string) => tableNames(text).map(({ schema, name }) => (schema ? `${schema}.${name}` : name));

test('tables are found where statements name them, quoted or not, with or without a schema', () => {
  expect(names('select * from orders o join shop."Order Lines" l on l.id = o.id')).toEqual([
    'orders',
    'shop.Order Lines',
  ]);
  expect(names('SELECT 1 FROM a, b AS x, public.c WHERE d = $1')).toEqual(['a', 'b', 'public.c']);
  expect(names('insert into t (a) select a from only u')).toEqual(['t', 'u']);
  expect(names('update t set a = $1')).toEqual(['t']);
  expect(names('delete from t using u where t.id = u.id')).toEqual(['t', 'u']);
});

test('a text without tables has none, and a hostile one is read in time', () => {
  expect(names('select $1 + $2')).toEqual([]);
  expect(names('')).toEqual([]);
  expect(tableNames(`select * from a${', b'.repeat(200_000)}`).length).toBeLessThan(51);
  expect(tableNames(`from ${'"'.repeat(100_000)}`)).toEqual(expect.any(Array));
});
