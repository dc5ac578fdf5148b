import { subscriptionChanged } from '@tidegate/contracts/billing/subscription-changed';
import { botStarted, botWasHalted } from '@tidegate/contracts/bot-executor/bots';
import { tradeClosed } from '@tidegate/contracts/bot-executor/trades';
import { keyCreated } from '@tidegate/contracts/identity/api-keys';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { serverReachable, serverRemoved, serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import { type Happening, listFeed } from '@tidegate/contracts/notifier/feed';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { until } from '@tidegate/testing/until';
import { NotifierWorld, type Replica } from '../../test/fixture.ts';
import { invoiceOverdue, quotaFilled } from '../../test/happenings.ts';
import { DeleteOldHappenings } from './delete-old-happenings.loop.ts';
import { addHappening, deleteBeyond } from './happening.rows.ts';

const ALL = ['org:read', 'servers:read', 'bots:read', 'billing:read', 'usage:read', 'members:read', 'keys:read'];
const HOUR = 3_600_000;
/** In the middle of an hour, so that a minute more is in the same one. */
const NOON = new Date(Math.floor(Date.now() / HOUR) * HOUR - 5 * HOUR + 1_800_000);
const after = (ms: number) => new Date(NOON.getTime() + ms);

let world: NotifierWorld;
let replica: Replica;
beforeAll(async () => {
  world = await NotifierWorld.start();
  replica = await world.boot();
  // Another one takes its part of the events.
  await world.boot();
});

async function feedOf(
  orgId: string,
  asked: Parameters<typeof world.call<typeof listFeed>>[1] = {},
  scopes = ALL,
): Promise<Happening[]> {
  return (await world.call(listFeed, asked, orgId, scopes)).items;
}

const kinds = (items: readonly Happening[]) => items.map(({ kind }) => kind);

function closeTrade(orgId: string, botId: string, profit: string, time: Date, currency = 'USDT') {
  const trade = { tradeId: newId(), botId, botName: 'Morning BTC', market: 'BTC-USDT', direction: 'long' as const };
  const data = { ...trade, profit, profitPercent: '1.25', currency, closedAt: time.toISOString() };
  return world.happens(tradeClosed, data, { orgId, time });
}

test('what happens is in the feed, newest first, each as its kind says it', async () => {
  const org = newId();
  const serverId = newId();
  const user = newId();
  const server = { serverId, name: 'orders-db', since: NOON.toISOString() };
  const of = (minutes: number) => ({ orgId: org, time: after(minutes * 60_000) });
  await world.happens(serverUnreachable, { ...server, code: 'connection_refused' }, of(0));
  await world.happens(serverReachable, { ...server, unreachableSeconds: 61 }, of(1));
  await world.happens(botStarted, { botId: newId(), name: 'Morning BTC' }, of(2));
  await world.happens(memberChanged, { orgId: org, userId: user, role: 'editor', change: 'joined' }, of(3));
  await world.happens(memberChanged, { orgId: org, userId: user, role: null, change: 'left' }, of(4));
  await world.happens(memberChanged, { orgId: org, userId: newId(), role: 'owner' }, of(4));
  await world.happens(keyCreated, { keyId: '4f0KZ2xq9B', name: 'CI' }, of(5));
  const plan = { orgId: org, product: 'main', action: 'changed', plan: 'pro', planBefore: 'free' };
  await world.happens(subscriptionChanged, plan, of(6));
  await invoiceOverdue(world, org);
  await quotaFilled(world, org);
  await until(async () => (await feedOf(org)).length === 9, { what: 'all nine' });
  const feed = await feedOf(org);
  expect(kinds(feed).slice(2)).toEqual([
    'subscription.changed',
    'key.created',
    'member.left',
    'member.joined',
    'bot.started',
    'server.reachable',
    'server.unreachable',
  ]);
  expect(feed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'server.unreachable', thing: { id: serverId, name: 'orders-db' } }),
      expect.objectContaining({ kind: 'server.reachable', detail: { seconds: 61 } }),
      expect.objectContaining({ kind: 'member.joined', thing: { id: user, name: null }, detail: { code: 'editor' } }),
      expect.objectContaining({
        kind: 'subscription.changed',
        detail: expect.objectContaining({ planBefore: 'free' }),
      }),
      expect.objectContaining({ kind: 'invoice.due', amount: '49.00', currency: 'EUR', detail: { daysOverdue: 3 } }),
      expect.objectContaining({ kind: 'quota.reached', detail: { percent: 80 } }),
    ]),
  );
});

test('what the caller may not read is not in it, whatever they ask for', async () => {
  const org = newId();
  await invoiceOverdue(world, org);
  await world.happens(keyCreated, { keyId: '4f0KZ2xq9C', name: 'CI' }, { orgId: org });
  await world.happens(botStarted, { botId: newId(), name: 'Morning BTC' }, { orgId: org });
  await until(async () => (await feedOf(org)).length === 3);
  expect(kinds(await feedOf(org, {}, ['org:read', 'bots:read']))).toEqual(['bot.started']);
  expect(await feedOf(org, { kind: 'key.created' }, ['org:read', 'bots:read'])).toEqual([]);
  expect(await feedOf(org, { area: 'billing' }, ['org:read', 'bots:read', 'usage:read'])).toEqual([]);
  expect(kinds(await feedOf(org, { area: 'team' }))).toEqual(['key.created']);
  await expect(world.call(listFeed, {}, org, ['bots:read'])).rejects.toMatchObject({ code: 'forbidden' });
  expect(await feedOf(newId())).toEqual([]);
});

test('a bot that trades all the time is one entry an hour, with the exact sum', async () => {
  const [org, bot] = [newId(), newId()];
  for (let trade = 0; trade < 20; trade += 1) await closeTrade(org, bot, '0.1', after(trade * 1_000));
  await closeTrade(org, bot, '-0.35', after(30_000));
  await closeTrade(org, bot, '7', after(31_000), 'EUR');
  await closeTrade(org, bot, '1', after(HOUR));
  await closeTrade(org, newId(), '5', after(0));
  await until(async () => (await feedOf(org)).reduce((sum, { count }) => sum + count, 0) === 24);
  const feed = await feedOf(org);
  expect(feed.map(({ count, amount, currency }) => [count, amount, currency])).toEqual([
    [1, '1', 'USDT'],
    [1, '7', 'EUR'],
    [21, '1.65', 'USDT'],
    [1, '5', 'USDT'],
  ]);
  expect(feed[2]).toMatchObject({ since: NOON.toISOString(), at: after(30_000).toISOString() });
});

test('who looks is notified once an entry is stored, and of what repeats itself seldom', async () => {
  const [org, bot] = [newId(), newId()];
  const topics = await world.topicsOf(org);
  const begin = new Date(Math.floor(NOON.getTime() / 10_000) * 10_000);
  for (let second = 0; second < 20; second += 1)
    await closeTrade(org, bot, '1', new Date(begin.getTime() + second * 1_000));
  await until(async () => (await feedOf(org))[0]?.count === 20);
  await world.happens(botStarted, { botId: newId(), name: 'Bot' }, { orgId: org });
  await until(() => topics.length >= 3);
  expect(topics).toEqual(['feed', 'feed', 'feed']);
});

test('an event that is older than what is there changes no name', async () => {
  const org = newId();
  const tenants = replica.get(TenantDatabase);
  const add = (name: string, at: Date) =>
    tenants.run(org, (tx) => addHappening(tx, { kind: 'bot.started', thingId: 'one', name, at, amount: '1' }));
  // Both at once: one makes the row, and the other is added to it.
  await Promise.all([add('new', after(60_000)), add('new', after(60_000))]);
  await add('old', after(0));
  expect(await feedOf(org)).toMatchObject([
    { count: 3, amount: '3', thing: { name: 'new' }, at: after(60_000).toISOString(), since: NOON.toISOString() },
  ]);
});

test('an event that is delivered again is counted once', async () => {
  const [org, botId] = [newId(), newId()];
  const halted = { reason: 'ordersRejected' as const, message: 'Five in a row.', at: NOON.toISOString() };
  const event = { orgId: org, eventId: newId(), time: NOON };
  await world.happens(botWasHalted, { botId, name: 'Bot', halted }, event);
  await world.happens(botWasHalted, { botId, name: 'Bot', halted }, { ...event, again: true });
  await world.happens(botStarted, { botId, name: 'Bot' }, { orgId: org, time: after(1_000) });
  await until(async () => (await feedOf(org)).length === 2);
  expect(await feedOf(org)).toMatchObject([
    { kind: 'bot.started', count: 1 },
    { kind: 'bot.halted', count: 1, detail: { code: 'ordersRejected' } },
  ]);
});

test('what is found about indexes is an entry of each kind and hour, counted once, for those who may read servers', async () => {
  const [org, serverId] = [newId(), newId()];
  const server = { serverId, name: 'shop' };
  const event = { orgId: org, eventId: newId(), time: NOON };
  const found = { ...server, kind: 'index_unused' as const, value: 3 };
  await world.happens(findingFound, found, event);
  await world.happens(findingFound, found, { ...event, again: true });
  const invalid = { ...server, kind: 'index_invalid' as const, value: 1, index: 'orders_note' };
  await world.happens(findingFound, invalid, { orgId: org, time: after(1_000) });
  await world.happens(findingSolved, { ...server, kind: 'index_unused', value: 2 }, { orgId: org, time: after(2_000) });
  await world.happens(
    findingSolved,
    { ...server, kind: 'wraparound', seconds: 90 },
    { orgId: org, time: after(3_000) },
  );
  await until(async () => (await feedOf(org)).length === 4);
  const thing = { id: serverId, name: 'shop' };
  expect(await feedOf(org)).toMatchObject([
    { kind: 'finding.solved', count: 1, thing, detail: { code: 'wraparound', seconds: 90 } },
    { kind: 'finding.solved', count: 1, thing, detail: { code: 'index_unused', indexes: 2 } },
    { kind: 'finding.found', count: 1, thing, detail: { code: 'index_invalid', indexes: 1, index: 'orders_note' } },
    { kind: 'finding.found', count: 1, thing, detail: { code: 'index_unused', indexes: 3 } },
  ]);
  const without = ALL.filter((scope) => scope !== 'servers:read');
  expect(await feedOf(org, {}, without)).toEqual([]);
  expect(await feedOf(org, { kind: 'finding.found' }, without)).toEqual([]);
  // It was removed meanwhile: what happened to it stays, and no more is added.
  await world.happens(serverRemoved, server, { orgId: org, time: after(4_000) });
  await until(async () => (await feedOf(org)).length === 5);
});

test('it is read page by page, and what moves to the top meanwhile is not shown twice below', async () => {
  const org = newId();
  const ids = Array.from({ length: 5 }, () => newId());
  for (const [place, botId] of ids.entries())
    await world.happens(botStarted, { botId, name: `Bot ${place}` }, { orgId: org, time: after(place * 1_000) });
  await until(async () => (await feedOf(org)).length === 5);
  const first = await world.call(listFeed, { limit: 2 }, org, ALL);
  await world.happens(botStarted, { botId: ids[4] as string, name: 'Bot 4' }, { orgId: org, time: after(60_000) });
  await until(async () => (await feedOf(org))[0]?.count === 2);
  const rest: string[] = [];
  for (let cursor = first.nextCursor; cursor; ) {
    const page = await world.call(listFeed, { limit: 2, cursor }, org, ALL);
    rest.push(...page.items.map(({ thing: { name } }) => name ?? ''));
    cursor = page.nextCursor;
  }
  expect(first.items.map(({ thing: { name } }) => name)).toEqual(['Bot 4', 'Bot 3']);
  expect(rest).toEqual(['Bot 2', 'Bot 1', 'Bot 0']);
  await expect(world.call(listFeed, { cursor: 'made-up' }, org, ALL)).rejects.toMatchObject({
    code: 'validation_failed',
  });
});

test('it is bounded in number and in days, and goes with its organisation', async () => {
  const org = newId();
  const tenants = replica.get(TenantDatabase);
  await tenants.run(org, async (tx) => {
    for (let one = 0; one < 6; one += 1)
      await addHappening(tx, { kind: 'bot.created', thingId: `bot ${one}`, at: after(one) });
    await deleteBeyond(tx, 4);
    await addHappening(tx, { kind: 'bot.created', thingId: 'old', at: new Date('2026-01-01T00:00:00.000Z') });
  });
  await replica.get(DeleteOldHappenings).turn();
  const feed = await feedOf(org);
  expect(feed.map(({ thing: { id } }) => id)).toEqual(['bot 5', 'bot 4', 'bot 3', 'bot 2']);
  await world.happens(organisationDeleted, { orgId: org }, { orgId: org });
  await until(async () => (await world.sql('select from happenings where org_id = $1', [org])).length === 0);
});

test('nothing of a demo is recorded: its feed is made up', async () => {
  const org = newId();
  await world.sql(`insert into entitlements (org_id, version, snapshot) values ($1, 1, '{"demo": true}')`, [org]);
  const added = await replica
    .get(TenantDatabase)
    .run(org, (tx) => addHappening(tx, { kind: 'bot.created', thingId: 'bot', at: NOON }));
  expect(added).toBeUndefined();
  expect(await feedOf(org)).toEqual([]);
});
