import { newId } from '@tidegate/database/ids';
import { testSchema } from '@tidegate/testing/schema';

test('a read that fails leaves its connection and its statement usable, for reads and for transactions', async () => {
  const { tenants, close } = await testSchema('', { poolSize: 1 });
  const reads = tenants.reader({ orgId: newId() });
  const share = 'select 12 / $1::int as share';
  const inTransaction = (by: number) => tenants.as({}, (tx) => tx.query(share, [by]));
  for (const attempt of [1, 2]) {
    await expect(reads.query(share, [0])).rejects.toThrow('division by zero');
    expect(await reads.query(share, [attempt])).toEqual([{ share: 12 / attempt }]);
    await expect(reads.query(share, [0])).rejects.toThrow('division by zero');
    expect(await inTransaction(attempt)).toEqual([{ share: 12 / attempt }]);
  }
  await expect(reads.query('select * from nowhere')).rejects.toThrow('does not exist');
  await expect(reads.query('select * from nowhere')).rejects.toThrow('does not exist');
  await close();
});
