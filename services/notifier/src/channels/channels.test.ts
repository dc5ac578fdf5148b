import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import {
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  rotateSecret,
  updateChannel,
} from '@tidegate/contracts/notifier/channels';
import { listDeliveries, testChannel } from '@tidegate/contracts/notifier/deliveries';
import { NOTICE_TYPES } from '@tidegate/contracts/notifier/notices';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';

let world: NotifierWorld;
const SMTP = { SMTP_HOST: '127.0.0.1', SMTP_PORT: '9', SMTP_SECURE: 'none', SMTP_FROM: 'alerts@tidegate.example' };

beforeAll(async () => {
  world = await NotifierWorld.start();
  await world.boot(SMTP);
});

const url = 'http://127.0.0.1:9/hook';
const webhook = (orgId: string) => world.call(createChannel, { kind: 'webhook', url }, orgId);
const email = (orgId: string, address = `${newId()}@example.com`) =>
  world.call(createChannel, { kind: 'email', address }, orgId);

it('adds an e-mail channel for every event, named after its address, and sends nothing before it is confirmed', async () => {
  const org = newId();
  const channel = await email(org);
  expect(channel).toMatchObject({
    kind: 'email',
    address: expect.stringMatching(/@example.com$/),
    state: 'unconfirmed',
  });
  expect(channel.name).toBe(channel.address);
  expect(channel.events).toEqual([...NOTICE_TYPES]);
  expect(channel.secret).toBeUndefined();
  expect(await world.call(getChannel, { channelId: channel.id }, org)).toEqual(channel);
});

it('shows the secret of a webhook once and keeps it sealed', async () => {
  const org = newId();
  const { secret, ...channel } = await webhook(org);
  expect(secret).toMatch(/^whsec_/);
  expect(await world.call(getChannel, { channelId: channel.id }, org)).toEqual(channel);
  const [row] = await world.sql<{ row: string }>('select channels::text as row from channels where id = $1', [
    channel.id,
  ]);
  expect(row?.row).not.toContain(secret?.slice(6));
});

it('keeps the address of a webhook sealed, since it may hold a token, and shows it masked', async () => {
  const org = newId();
  const { id: channelId, ...made } = await world.call(
    createChannel,
    { kind: 'webhook', url: `${url}/CANARY0123456789?token=CANARY-query` },
    org,
  );
  expect(made).toMatchObject({ url: `${url}/***?***`, name: '127.0.0.1:9' });
  for (const shown of [await world.call(getChannel, { channelId }, org), await world.call(listChannels, {}, org)]) {
    expect(JSON.stringify(shown)).not.toContain('CANARY');
  }
  const rows = await world.sql('select * from channels where id = $1', [channelId]);
  expect(JSON.stringify(rows)).not.toContain('CANARY');
});

it('lists newest first, page by page', async () => {
  const org = newId();
  const names = ['a', 'b', 'c'].map((one) => `${one}${org}@example.com`);
  const made = [await email(org, names[0]), await email(org, names[1]), await email(org, names[2])];
  const first = await world.call(listChannels, { limit: 2 }, org);
  expect(first.items.map((item) => item.name)).toEqual([names[2], names[1]]);
  const second = await world.call(listChannels, { limit: 2, cursor: first.nextCursor }, org);
  expect(second).toEqual({ items: [made[0]], total: null });
  const byName = await world.call(listChannels, { limit: 2, sort: 'name' }, org);
  expect(byName.items.map((item) => item.name)).toEqual([names[0], names[1]]);
  const rest = await world.call(listChannels, { limit: 2, sort: 'name', cursor: byName.nextCursor }, org);
  expect(rest.items.map((item) => item.name)).toEqual([names[2]]);
  const hook = await webhook(org);
  const byState = await world.call(listChannels, { sort: '-state' }, org);
  expect(byState.items.map((item) => item.state)).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed', 'active']);
  await world.call(deleteChannel, { channelId: hook.id }, org);
  const found = await world.call(listChannels, { limit: 1, search: `B${org}`.toUpperCase(), count: true }, org);
  expect(found).toEqual({ items: [made[1]], total: 1 });
  expect(await world.call(listChannels, { limit: 1, count: true }, org)).toMatchObject({ items: [made[2]], total: 3 });
  expect((await world.call(listChannels, { count: true }, newId())).total).toBe(0);
  await expect(world.call(listChannels, { cursor: 'x' }, org)).rejects.toMatchObject({
    code: 'validation_failed',
    data: { errors: [{ field: '/cursor' }] },
  });
});

it('renames, narrows and switches off and on', async () => {
  const org = newId();
  const { id: channelId } = await webhook(org);
  const change = { channelId, name: 'Night shift', events: ['quota.reached' as const], state: 'disabled' as const };
  const { channelId: _, ...shown } = change;
  expect(await world.call(updateChannel, change, org)).toMatchObject({ ...shown, disabledBecause: 'by_member' });
  await expect(world.call(testChannel, { channelId }, org)).rejects.toMatchObject({ code: 'channel_disabled' });
  const again = await world.call(updateChannel, { channelId, state: 'active' }, org);
  expect(again).toMatchObject({ name: 'Night shift', state: 'active' });
  expect(again.disabledBecause).toBeUndefined();
});

it('allows as many channels as the plan says, even when all are created at once', async () => {
  const org = newId();
  world.neighbours.channels = 3;
  const results = await Promise.allSettled(Array.from({ length: 12 }, () => webhook(org)));
  world.neighbours.channels = 50;
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3);
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const problem of refused) {
    expect(problem).toMatchObject({
      code: 'plan_limit_reached',
      data: { feature: 'channels', limit: 3, used: 3, upgradeTo: 'pro' },
    });
  }
  const [{ id } = { id: '' }] = (await world.call(listChannels, {}, org)).items;
  await world.call(deleteChannel, { channelId: id }, org);
  await webhook(org);
});

/** Billing says what the organisation may do from now on. */
async function allowed(
  org: string,
  version: number,
  given: { webhooks?: boolean; channels?: number },
  readOnly = false,
) {
  const { webhooks, channels } = world.neighbours;
  Object.assign(world.neighbours, given);
  const snapshot = world.neighbours.snapshot(org, version);
  Object.assign(world.neighbours, { webhooks, channels });
  const main = { ...snapshot.plans['main'], access: readOnly ? 'read_only' : 'full' };
  await world.happens(entitlementsChanged, { ...snapshot, plans: { main } } as typeof snapshot, { orgId: org });
}
const restrictions = async (org: string) =>
  (await world.call(listChannels, {}, org)).items.map(({ restricted }) => restricted).reverse();
const become = (org: string, expected: (string | null)[]) =>
  until(async () => JSON.stringify(await restrictions(org)) === JSON.stringify(expected));

it('refuses webhooks where the plan has none; those that were there before are sent nothing, can be switched off and deleted, and work again with another plan', async () => {
  const org = newId();
  const { id: channelId } = await webhook(org);
  const mail = await email(org);
  await allowed(org, 2, { webhooks: false });
  await become(org, ['not_included', null]);
  const refused = { code: 'feature_not_included', data: { feature: 'webhook_channels' } };
  await expect(webhook(org)).rejects.toMatchObject(refused);
  await expect(world.call(testChannel, { channelId }, org)).rejects.toMatchObject(refused);
  await expect(world.call(updateChannel, { channelId, name: 'Still' }, org)).rejects.toMatchObject(refused);
  expect(await world.call(updateChannel, { channelId, state: 'disabled' }, org)).toMatchObject({ state: 'disabled' });
  expect(await world.call(updateChannel, { channelId: mail.id, name: 'Still' }, org)).toMatchObject({ name: 'Still' });
  await allowed(org, 3, { webhooks: true });
  await become(org, [null, null]);
  await world.call(updateChannel, { channelId, state: 'active' }, org);
  expect(await world.call(testChannel, { channelId }, org)).toMatchObject({ channelId });
});

it('sends nothing to the newest channels over a lowered limit, or to any while the plan is read-only, until that ends', async () => {
  const org = newId();
  const made = [await webhook(org), await email(org), await webhook(org)];
  await allowed(org, 2, { channels: 1, webhooks: false });
  // Webhooks that the plan excludes take nobody's place.
  await become(org, ['not_included', null, 'not_included']);
  await allowed(org, 3, { channels: 2 });
  await become(org, [null, null, 'over_limit']);
  const subscribed = await world.sql<{ id: string }>(
    "select id from channels where org_id = $1 and state = 'active' and restricted is null and kind = 'webhook'",
    [org],
  );
  expect(subscribed).toEqual([{ id: made[0]?.id }]);
  const testing = world.call(testChannel, { channelId: made[2]?.id as string }, org);
  await expect(testing).rejects.toMatchObject({ code: 'plan_limit_reached', data: { limit: 2, used: 3 } });
  await world.call(deleteChannel, { channelId: made[0]?.id as string }, org);
  expect(await restrictions(org)).toEqual([null, null]);
  await allowed(org, 4, {}, true);
  await become(org, ['read_only', 'read_only']);
  await expect(world.call(testChannel, { channelId: made[2]?.id as string }, org)).rejects.toMatchObject({
    code: 'organisation_read_only',
  });
  await allowed(org, 5, {});
  await become(org, [null, null]);
});

it.each([
  [{ kind: 'email', address: 'nobody' }, '/address'],
  [{ kind: 'email', address: 'a@example.com\r\nBcc: b@example.com' }, '/address'],
  [{ kind: 'email', address: 'a@example.com, b@example.com' }, '/address'],
  [{ kind: 'email', address: 'a@example.com', url }, '/url'],
  [{ kind: 'webhook', url: 'ftp://example.com' }, '/url'],
  [{ kind: 'webhook', url, events: [] }, '/events'],
  [{ kind: 'webhook', url, events: ['everything'] }, '/events/0'],
  [{ kind: 'webhook', url, secret: 'whsec_mine' }, '/secret'],
  [{ kind: 'pigeon', address: 'x' }, '/kind'],
])('refuses %j and names %s', async (input, field) => {
  await expect(world.call(createChannel, input as never, newId())).rejects.toMatchObject({
    code: 'validation_failed',
    data: { errors: [{ field }] },
  });
});

it('answers the same for the channel of another organisation as for none', async () => {
  const [mine, theirs] = [newId(), newId()];
  const { id: channelId } = await webhook(theirs);
  for (const unknown of [channelId, newId()]) {
    const asked = { channelId: unknown };
    for (const attempt of [
      () => world.call(getChannel, asked, mine),
      () => world.call(updateChannel, { ...asked, name: 'mine now' }, mine),
      () => world.call(rotateSecret, asked, mine),
      () => world.call(testChannel, asked, mine),
      () => world.call(deleteChannel, asked, mine),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found', status: 404 });
    }
  }
  expect((await world.call(listChannels, {}, mine)).items).toEqual([]);
  expect((await world.call(listDeliveries, { channelId }, mine)).items).toEqual([]);
  expect(await world.call(getChannel, { channelId }, theirs)).toMatchObject({ state: 'active' });
});

it('needs channels:write to change and channels:read to read', async () => {
  const org = newId();
  const input = { kind: 'email' as const, address: 'ops@example.com' };
  await expect(world.call(createChannel, input, org, ['channels:read'])).rejects.toMatchObject({ code: 'forbidden' });
  await expect(world.call(listChannels, {}, org, ['bots:read'])).rejects.toMatchObject({ code: 'forbidden' });
});

it('rotates secrets of webhooks only', async () => {
  const org = newId();
  const { id: channelId } = await email(org);
  await expect(world.call(rotateSecret, { channelId }, org)).rejects.toMatchObject({ code: 'not_a_webhook' });
});

it('says what to configure when there is no mail server', async () => {
  const bare = await NotifierWorld.start();
  await bare.boot();
  const attempt = bare.call(createChannel, { kind: 'email', address: 'ops@example.com' }, newId());
  await expect(attempt).rejects.toMatchObject({
    code: 'smtp_not_configured',
    detail: expect.stringContaining('SMTP_HOST'),
  });
  await bare.stop();
});

it.each([
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data',
  'http://[fd00:ec2::254]/',
  'http://0/',
  'http://no-such-host.invalid/',
])('refuses a webhook to %s', async (closed) => {
  await expect(world.call(createChannel, { kind: 'webhook', url: closed }, newId())).rejects.toMatchObject({
    code: 'host_not_allowed',
    status: 422,
  });
});
