import { summaryOf } from './observed-query.ts';

test.each([
  ['select a, b from bots where id = $1', 'select bots'],
  ['\n  insert into outbox (id) values ($1)', 'insert outbox'],
  ['update only leases set x = 1', 'update leases'],
  ['delete from usage.leases', 'delete usage.leases'],
  ['commit', 'commit'],
  ['with numbered as (insert into outbox_sequences as s (a) values (1)) select 1', 'with outbox_sequences'],
])('%s is %s', (sql, summary) => expect(summaryOf(sql)).toBe(summary));
