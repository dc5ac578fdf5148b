import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import { newId } from '@tidegate/database/ids';
import { addServer, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { watch } from '../../test/watched.ts';
import { type AllStanding, nextStanding, troublesOf } from './standing-findings.rules.ts';

const CALM = { blocked: 0, total: 10, longestTransactionUs: 0, maxConnections: 100 };
const troubles = (more: Partial<typeof CALM>) => troublesOf({ ...CALM, ...more });

test('what lasts is found once, and solved once it has been over for a while', () => {
  let standing: AllStanding = new Map();
  const said: string[] = [];
  const at = (second: number, seen: ReturnType<typeof troubles>) => {
    const { after, found, solved } = nextStanding(standing, seen, second * 1_000);
    standing = after;
    said.push(...found.map(({ kind }) => `${second} ${kind}`), ...solved.map(({ kind }) => `${second} no ${kind}`));
  };
  const jam = troubles({ blocked: 3 });
  // A short one is nothing.
  for (const second of [0, 10, 20]) at(second, jam);
  at(25, troubles({}));
  for (const second of [30, 40, 50, 60, 70]) at(second, jam);
  // It comes and goes, and is still the same.
  for (const second of [80, 90, 100]) at(second, troubles({}));
  at(110, jam);
  for (const second of [150, 180]) at(second, troubles({}));
  expect(said).toEqual(['60 blocked', '180 no blocked']);
  expect(standing.size).toBe(0);
});

test('each kind stands by itself, from its own bound on', () => {
  expect([...troubles({})]).toEqual([]);
  expect([...troubles({ total: 79 })]).toEqual([]);
  expect([...troubles({ total: 80, longestTransactionUs: 3_600_000_000, blocked: 1 })]).toEqual([
    ['blocked', 1],
    ['connections', 0.8],
    ['long_transaction', 3_600],
  ]);
  expect([...troubles({ maxConnections: 0 })]).toEqual([]);
});

const store = useStore();

describe.each(VERSIONS.slice(-1))('on a real server ($name)', (binaries) => {
  const server = useServer(binaries);

  test('a jam is emitted once, also when another replica takes over, and then that it is over', async () => {
    await watch(server);
    await server.sql('create table jammed (id int)');
    const orgId = newId();
    const { serverId } = await addServer(store, server, { orgId });
    const emitted = async () =>
      (await store.emitted('evt.monitor-agent.finding.')).filter(({ body }) => body['serverId'] === serverId);
    const [root, waiter] = [await server.client(), await server.client()];
    await root.query('begin; lock table jammed');
    const waiting = waiter.query('select from jammed');
    const replica = new Replica(store);
    await replica.turnUntil(async () => (await emitted()).length === 1, { withinMs: 60_000 });
    const next = replica.successor();
    await replica.stop();
    let turns = 0;
    await next.turnUntil(async () => ++turns > 45, { withinMs: 60_000 });
    expect(await emitted()).toHaveLength(1);
    await root.query('commit');
    await waiting;
    await next.turnUntil(async () => (await emitted()).length === 2, { withinMs: 60_000 });
    await next.stop();
    expect((await emitted()).map(({ subject, body }) => [subject, body['kind']])).toEqual([
      [findingFound.subject, 'blocked'],
      [findingSolved.subject, 'blocked'],
    ]);
    await Promise.all([root.end(), waiter.end()]);
    await store.releaseServers();
  });
});
