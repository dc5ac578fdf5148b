import { observed, summaryOf } from './observed-query.ts';
import type { Client } from './tx.ts';

test.each([
  ['select a, b from bots where id = $1', 'select bots'],
  ['\n  insert into outbox (id) values ($1)', 'insert outbox'],
  ['update only leases set x = 1', 'update leases'],
  ['delete from usage.leases', 'delete usage.leases'],
  ['commit', 'commit'],
  ['with numbered as (insert into outbox_sequences as s (a) values (1)) select 1', 'with outbox_sequences'],
])('%s is %s', (sql, summary) => expect(summaryOf(sql)).toBe(summary));

test('a query is measured, whether it is answered or fails', async () => {
  const seconds: number[] = [];
  const client = { took: (one: number) => seconds.push(one) } as unknown as Client;
  expect(await observed(client, 'select 1', async () => 'answer')).toBe('answer');
  await expect(observed(client, 'select 2', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(seconds).toHaveLength(2);
  for (const one of seconds) expect(one).toBeGreaterThanOrEqual(0);
});
