import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { noteDeleted, OrganisationDeleted } from './deleted-organisations.ts';
import { newId } from './ids.ts';
import { WatchedClient } from './watched-client.ts';

/* What travels in front of a query: BEGIN, the settings of a view, and what was sent. */
let schema: TestSchema;
beforeAll(async () => {
  schema = await testSchema(
    `create table kept (id text primary key);
     create table owned (org_id uuid not null, id int not null, primary key (org_id, id));
     select tidegate.protect('owned');
     grant select, insert, update, delete on kept, owned to test_every;`,
    { poolSize: 1 },
  );
});
afterAll(() => schema.close());
beforeEach(() => schema.sql('truncate kept, owned'));

const SEND = 'insert into kept values ($1)';
const kept = async () => (await schema.sql<{ id: string }>('select id from kept order by id')).map(({ id }) => id);

test('what is sent is there for the next query, and with the commit when nothing else is asked', async () => {
  await schema.tenants.as({}, async (tx) => {
    await tx.send(SEND, ['a']);
    await tx.send(SEND, ['b']);
    expect(await tx.query('select id from kept order by id')).toEqual([{ id: 'a' }, { id: 'b' }]);
    await tx.send(SEND, ['c']);
  });
  await schema.tenants.as({}, (tx) => tx.send(SEND, ['d']));
  expect(await kept()).toEqual(['a', 'b', 'c', 'd']);
});

test('when what was sent fails, the next query fails with its error, or the commit does, and nothing is kept', async () => {
  const twice = (then: 'query' | 'commit') =>
    schema.tenants.as({}, async (tx) => {
      await tx.query(SEND, ['first']);
      await tx.send(SEND, ['same']);
      await tx.send(SEND, ['same']);
      if (then === 'query') await tx.query('select 1');
    });
  for (const then of ['query', 'commit', 'query', 'commit'] as const) {
    await expect(twice(then)).rejects.toMatchObject({ code: '23505' });
    expect(await kept()).toEqual([]);
  }
  // The only connection of the pool and its prepared statements go on.
  await schema.tenants.as({}, (tx) => tx.send(SEND, ['after']));
  expect(await kept()).toEqual(['after']);
});

test('a transaction that could not begin writes nothing, however often its work tries', async () => {
  const orgId = newId();
  await schema.tenants.as({}, (tx) => noteDeleted(tx, orgId));
  const attempt = schema.tenants.run(orgId, async (tx) => {
    await tx.query(SEND, ['a']).catch(() => undefined);
    await tx.query(SEND, ['b']).catch(() => undefined);
    await Promise.allSettled([tx.query(SEND, ['c']), tx.query(SEND, ['d'])]);
  });
  await expect(attempt).rejects.toBeInstanceOf(OrganisationDeleted);
  const together = schema.tenants.run(orgId, (tx) => Promise.all([tx.query(SEND, ['e']), tx.query(SEND, ['f'])]));
  await expect(together).rejects.toBeInstanceOf(OrganisationDeleted);
  await expect(schema.tenants.run(orgId, (tx) => tx.send(SEND, ['g']))).rejects.toBeInstanceOf(OrganisationDeleted);
  // Whatever view the first query has.
  const other = schema.tenants.run(orgId, (tx) => tx.as({}).query(SEND, ['h']));
  await expect(other).rejects.toBeInstanceOf(OrganisationDeleted);
  expect(await kept()).toEqual([]);
});

test('each query and what is sent sees what its own view may see, in whatever order they come', async () => {
  const [mine, theirs] = [newId(), newId()];
  const insert = 'insert into owned (org_id, id) values ($1, 1)';
  await schema.tenants.run(mine, async (tx) => {
    const other = tx.as({ orgId: theirs });
    await Promise.all([other.query(insert, [theirs]), tx.query(insert, [mine])]);
    await other.send('update owned set id = 2', []);
    expect(await tx.query('select org_id, id from owned')).toEqual([{ org_id: mine, id: 1 }]);
    expect(await other.query('select org_id, id from owned')).toEqual([{ org_id: theirs, id: 2 }]);
    await expect(tx.query('select 1').then(() => tx.as({}).query('select * from owned'))).resolves.toEqual([]);
  });
});

test('after a return to a savepoint the settings are those of the view again', async () => {
  const [mine, theirs] = [newId(), newId()];
  await schema.tenants.run(mine, async (tx) => {
    const other = tx.as({ orgId: theirs });
    await tx.query('savepoint here');
    await other.query('insert into owned (org_id, id) values ($1, 1)', [theirs]);
    await other.send('insert into owned (org_id, id) values ($1, 2)', [theirs]);
    await other.query('rollback to savepoint here');
    await other.query('insert into owned (org_id, id) values ($1, 3)', [theirs]);
  });
  expect(await schema.sql('select id from owned')).toEqual([{ id: 3 }]);
});

test('a query in a transaction of an organisation, and what is sent with it, are two round trips', async () => {
  const asked = vi.spyOn(WatchedClient.prototype, 'query');
  await schema.tenants.run(newId(), async (tx) => {
    await tx.query(SEND, ['state']);
    await tx.send(SEND, ['event']);
  });
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await kept()).toEqual(['event', 'state']);
});
