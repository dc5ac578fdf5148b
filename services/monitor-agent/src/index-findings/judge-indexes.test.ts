import { dismissFinding, listIndexFindings } from '@tidegate/contracts/monitor-agent/index-findings';
import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import { Log } from '@tidegate/telemetry/log';
import { addServer, type WatchedServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { PLAIN_INDEX } from '../../test/index-facts.ts';
import { DismissFinding } from './dismiss-finding.ts';
import { JudgeIndexes } from './judge-indexes.loop.ts';
import { ListIndexFindings } from './list-index-findings.ts';

const store = useStore();

const judging = (includes: (orgId: string) => boolean = () => true) =>
  new JudgeIndexes(
    store.tenants,
    { has: async ({ orgId }: { orgId: string }) => includes(orgId) } as never,
    store.outbox,
    new Log(),
  );
const turn = (loop = judging()) => loop.turn({ signal: new AbortController().signal });

/** As it was collected: indexes of one table, all on the same column. */
async function collected({ orgId, serverId }: WatchedServer, names: readonly string[], first = 1): Promise<void> {
  const rows = names.map(
    (name, at) =>
      `('${orgId}', '${serverId}', 5, ${first + at}, 50, 'shop', 'public', 'orders', '${name}', 'btree', '{a}', false, false, true, '{}', '${JSON.stringify(PLAIN_INDEX)}')`,
  );
  await store.server.sql(
    `insert into monitor_agent.indexes (org_id, server_id, database_oid, oid, table_oid, database_name, schema_name,
       table_name, name, method, columns, is_unique, is_primary, is_valid, counters, facts) values ${rows.join(', ')}`,
  );
  await store.server.sql(`update monitor_agent.servers set last_collected_at = now() where id = '${serverId}'`);
}

/** More than an hour later, something was collected again. */
const later = ({ serverId }: WatchedServer) =>
  store.server.sql(
    `update monitor_agent.index_judgements set judged_at = now() - interval '2 h' where server_id = '${serverId}'`,
  );

const emitted = async ({ serverId }: WatchedServer) =>
  (await store.emitted('evt.monitor-agent.finding.'))
    .filter(({ body }) => body['serverId'] === serverId)
    .map(({ subject, body: { serverId: _id, name: _name, ...rest } }) => [
      subject === findingFound.subject ? 'found' : subject === findingSolved.subject ? 'solved' : subject,
      rest,
    ]);

test('what is new and what is gone is emitted once, however often it is looked at and by however many replicas', async () => {
  const server = await addServer(store, store.server);
  // Nothing was collected yet.
  await turn();
  expect(await emitted(server)).toEqual([]);
  await collected(server, ['first', 'second']);
  await Promise.all([turn(), turn(judging()), turn(judging())]);
  const found = ['found', { kind: 'index_duplicate', value: 1, index: 'second' }];
  expect(await emitted(server)).toEqual([found]);
  for (let again = 0; again < 3; again += 1) {
    await later(server);
    await turn();
  }
  expect(await emitted(server)).toEqual([found]);
  await store.server.sql(
    `update monitor_agent.indexes set gone_at = now() where server_id = '${server.serverId}' and name = 'second'`,
  );
  await later(server);
  await Promise.all([turn(), turn(judging())]);
  expect(await emitted(server)).toEqual([found, ['solved', { kind: 'index_duplicate', value: 1 }]]);
});

test('within an hour nothing is judged again', async () => {
  const server = await addServer(store, store.server);
  await collected(server, ['first', 'second']);
  await turn();
  await collected(server, ['third'], 10);
  await turn();
  expect(await emitted(server)).toHaveLength(1);
});

test('a flood of findings is one event', async () => {
  const server = await addServer(store, store.server);
  await collected(
    server,
    Array.from({ length: 150 }, (_, n) => `copy_${n}`),
  );
  await turn();
  expect(await emitted(server)).toEqual([['found', { kind: 'index_duplicate', value: 149 }]]);
});

test('what was dismissed is not said again when it comes back', async () => {
  const server = await addServer(store, store.server);
  await collected(server, ['first', 'second']);
  await turn();
  const { orgId, serverId } = server;
  const [finding] = (await store.call(new ListIndexFindings(), listIndexFindings, { serverId }, orgId)).items;
  const dismissal = { serverId, finding: finding?.id, reason: 'It stays.' };
  await store.call(new DismissFinding(), dismissFinding, dismissal, orgId);
  const second = (change: string) =>
    store.server.sql(`update monitor_agent.indexes set ${change} where server_id = '${serverId}' and name = 'second'`);
  for (const change of ['gone_at = now()', 'gone_at = null']) {
    await second(change);
    await later(server);
    await turn();
  }
  expect(await emitted(server)).toHaveLength(1);
});

test('nothing is said of a server that was removed, nor where the plan does not show it', async () => {
  const [removed, elsewhere] = [await addServer(store, store.server), await addServer(store, store.server)];
  for (const server of [removed, elsewhere]) await collected(server, ['first', 'second']);
  await store.server.sql(`update monitor_agent.servers set removed_at = now() where id = '${removed.serverId}'`);
  await turn(judging((orgId) => orgId !== elsewhere.orgId));
  expect([await emitted(removed), await emitted(elsewhere)]).toEqual([[], []]);
  // With the plan that shows it, it is said.
  await turn();
  expect(await emitted(elsewhere)).toHaveLength(1);
  expect(await emitted(removed)).toEqual([]);
  // What is remembered goes with the server.
  await store.server.sql(`delete from monitor_agent.servers where id = '${elsewhere.serverId}'`);
  const left = `select from monitor_agent.index_judgements where server_id = '${elsewhere.serverId}'`;
  expect(await store.server.sql(left)).toEqual([]);
});
