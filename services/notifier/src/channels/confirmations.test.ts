import { AccountMailKind, sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import {
  confirmChannel,
  createChannel,
  getChannel,
  resendConfirmation,
  unsubscribeChannel,
  updateChannel,
} from '@tidegate/contracts/notifier/channels';
import { listDeliveries, retryDelivery, testChannel } from '@tidegate/contracts/notifier/deliveries';
import { newId } from '@tidegate/database/ids';
import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { quotaFilled, serverLost } from '../../test/happenings.ts';
import { deliveries, hook, inbox, tokenFor } from '../../test/receiver.ts';
import { SealUrls } from './seal-urls.ts';

/* Nothing is sent to an address that has not agreed. */
let world: NotifierWorld;
let smtp: FakeSmtpServer;
let replica: Awaited<ReturnType<NotifierWorld['boot']>>;
let org: string;
let address: string;

beforeAll(async () => {
  smtp = await startSmtpServer();
  world = await NotifierWorld.start();
  replica = await world.boot({
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_SECURE: 'none',
    SMTP_FROM: 'alerts@tidegate.example',
  });
});
beforeEach(() => {
  [org, address] = [newId(), `${newId()}@example.com`];
  smtp.messages.length = 0;
});
afterAll(() => smtp.close());

const NAME = 'Your account is closed, see http://evil.example';
const add = (to = address, orgId = org, userId = newId()) =>
  world.call(createChannel, { kind: 'email', address: to, name: NAME }, orgId, undefined, userId);
const confirm = (token: string) => world.anonymously(confirmChannel, { token });
const gone = { code: 'confirmation_invalid', status: 404 };

it('asks the address to confirm, in our own words only, and sends nothing else before it has', async () => {
  const { id: channelId } = await add();
  const token = await tokenFor(smtp, address);
  const [mail] = smtp.messages;
  expect(mail?.to).toEqual([address]);
  expect(`${mail?.headers.get('subject')} ${mail?.text} ${mail?.html}`).not.toMatch(/evil|closed/);
  const rows = await world.sql('select c.*, d.body from channels c join deliveries d on d.channel_id = c.id');
  expect(JSON.stringify(rows)).not.toContain(token);

  await expect(world.call(testChannel, { channelId }, org)).rejects.toMatchObject({ code: 'channel_unconfirmed' });
  const [asked] = (await world.call(listDeliveries, {}, org)).items;
  await until(async () => (await world.call(listDeliveries, { state: 'delivered' }, org)).items.length === 1);
  await expect(world.call(retryDelivery, { deliveryId: asked?.id ?? '' }, org)).rejects.toMatchObject({ status: 409 });
  // Switching it off and on again does not confirm it.
  await world.call(updateChannel, { channelId, state: 'disabled' }, org);
  expect(await world.call(updateChannel, { channelId, state: 'active' }, org)).toMatchObject({ state: 'unconfirmed' });
  const receiver = await startWebhookReceiver();
  await hook(world, org, receiver);
  await serverLost(world, org);
  await until(() => receiver.requests.length === 1);
  expect(await deliveries(world, org)).toHaveLength(1);
  expect(smtp.messages).toHaveLength(1);

  // The answer may be lost, and the request repeated.
  for (let n = 0; n < 2; n += 1) expect(await confirm(token)).toEqual({ channelId, address, confirmed: true });
  expect(await world.call(getChannel, { channelId }, org)).toMatchObject({ state: 'active' });
  await quotaFilled(world, org);
  await until(() => smtp.messages.length === 2);
  expect(smtp.messages[1]?.to).toEqual([address]);
  await receiver.close();
});

it('takes only the newest token, for a day, and no guess', async () => {
  const { id: channelId } = await add();
  const first = await tokenFor(smtp, address);
  smtp.messages.length = 0;
  expect(await world.call(resendConfirmation, { channelId }, org)).toMatchObject({ state: 'unconfirmed' });
  const second = await tokenFor(smtp, address);
  for (const wrong of [first, `${second}x`, newId()]) await expect(confirm(wrong)).rejects.toMatchObject(gone);
  await world.sql("update channels set confirmation_until = now() - interval '1 s' where id = $1", [channelId]);
  await expect(confirm(second)).rejects.toMatchObject(gone);
  await expect(world.call(resendConfirmation, { channelId }, newId())).rejects.toMatchObject({ code: 'not_found' });
  await world.call(resendConfirmation, { channelId }, org);
  smtp.messages.length = 0;
  await until(async () => (await world.call(listDeliveries, { state: 'delivered' }, org)).items.length === 3);
});

const refused = { code: 'rate_limited', status: 429, data: { retryAfterSeconds: expect.any(Number) } };

it('sends an address three mails a day from one person and ten in all, and thirty from one person to all addresses', async () => {
  const eve = newId();
  for (let n = 0; n < 3; n += 1) await add(address.toUpperCase(), newId(), eve);
  await expect(add(address, newId(), eve)).rejects.toMatchObject(refused);
  // What one person has used up does not count for others.
  for (let n = 0; n < 7; n += 1) await add(address, newId());
  await expect(add()).rejects.toMatchObject(refused);
  // A refused channel is not created either.
  expect((await world.call(listDeliveries, {}, org)).items).toEqual([]);

  const person = newId();
  await world.sql(
    "insert into confirmation_mails (subject, sent) values ('person:' || $1, 29), ('organisation:' || $2, 20)",
    [person, org],
  );
  await expect(add(`${newId()}@example.com`)).rejects.toMatchObject(refused);
  await add(`${newId()}@example.com`, newId(), person);
  await expect(add(`${newId()}@example.com`, newId(), person)).rejects.toMatchObject(refused);
  await world.sql("update confirmation_mails set since = now() - interval '25 hours'");
  await add(address, newId(), person);
});

it('lets owners add their own address, whatever outsiders have had sent to it', async () => {
  const owner = newId();
  world.neighbours.verified.set(owner, address.toUpperCase());
  for (let n = 0; n < 10; n += 1) await add(address, newId());
  await expect(add(address, newId())).rejects.toMatchObject(refused);
  await add(address, org, owner);
  await until(async () => (await world.call(listDeliveries, { state: 'delivered' }, org)).items.length === 1);
});

it('sends nothing to others for a person whose own address is not verified', async () => {
  const outsider = newId();
  world.neighbours.unverified.add(outsider);
  const unverified = { code: 'email_unverified', status: 403 };
  await expect(add(address, org, outsider)).rejects.toMatchObject(unverified);
  const url = 'http://127.0.0.1:9/hook';
  const webhook = world.call(createChannel, { kind: 'webhook', url }, org, undefined, outsider);
  await expect(webhook).rejects.toMatchObject(unverified);
  const { id: channelId } = await add();
  const again = world.call(resendConfirmation, { channelId }, org, undefined, outsider);
  await expect(again).rejects.toMatchObject(unverified);
});

it('lets a recipient unsubscribe by the button of the mail program, until the recipient subscribes again', async () => {
  const { channelId } = await inbox(world, org, smtp, address);
  await quotaFilled(world, org);
  const mail = await until(() => smtp.messages[0]);
  expect(mail.headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  const [, token = ''] =
    /^<\S+\/api\/v1\/channels\/unsubscribe\/([\w-]{32})>$/.exec(mail.headers.get('list-unsubscribe') ?? '') ?? [];
  expect(mail.text).toContain(token);
  expect(JSON.stringify(await world.sql('select * from channels'))).not.toContain(token);
  await expect(world.anonymously(unsubscribeChannel, { token: 'x'.repeat(32) })).rejects.toMatchObject(gone);
  for (let n = 0; n < 2; n += 1) await world.anonymously(unsubscribeChannel, { token });
  expect(await world.call(getChannel, { channelId }, org)).toMatchObject({
    state: 'disabled',
    disabledBecause: 'unsubscribed',
  });
  // A member cannot undo that.
  const on = await world.call(updateChannel, { channelId, state: 'active' }, org);
  expect(on).toMatchObject({ state: 'unconfirmed' });
  await expect(world.call(testChannel, { channelId }, org)).rejects.toMatchObject({ code: 'channel_unconfirmed' });
  smtp.messages.length = 0;
  await world.call(resendConfirmation, { channelId }, org);
  await confirm(await tokenFor(smtp, address));
  expect(await world.call(getChannel, { channelId }, org)).toMatchObject({ state: 'active' });
});

it('asks in the language of whoever adds the address', async () => {
  const userId = newId();
  world.neighbours.locales.set(userId, 'de');
  await add(address, org, userId);
  await confirm(await tokenFor(smtp, address));
  expect(smtp.messages[0]?.headers.get('subject')).toBe('Diese Adresse für Benachrichtigungen bestätigen');
  expect(smtp.messages[0]?.html).toContain('<html lang="de">');
});

it('hands account mails to the mail server, as text and HTML, in the language of the person, and stores nothing of them', async () => {
  const details = {
    newEmail: 'new@example.com',
    organisation: 'Evil https://evil.example',
    inviter: 'bob@example.com',
  };
  const mail = { id: newId(), to: address, token: 'CANARY-token', details, createdAt: new Date().toISOString() };
  const send = (kind: AccountMailKind, locale: 'en' | 'de' = 'en') =>
    world.asService(sendAccountMail, { ...mail, kind, locale });
  for (const kind of AccountMailKind.options) {
    for (const locale of ['en', 'de'] as const) expect(await send(kind, locale)).toEqual({ outcome: 'sent' });
  }
  const received = smtp.messages.map((one) => ({ ...one, subject: one.headers.get('subject') ?? '' }));
  expect(received).toHaveLength(20);
  const home = world.publicUrl;
  for (const { subject, text, html, headers, raw } of received) {
    expect(headers.get('message-id')).toContain(mail.id);
    expect(headers.get('from')).toContain('Tidegate');
    expect(headers.has('list-unsubscribe')).toBe(false);
    // The token is behind `#` of our own pages, in both parts, and nowhere else.
    expect(subject).not.toContain('CANARY');
    const links = [text, html].map((part) => part.match(/https?:\/\/[^\s"<>&]+/g) ?? []);
    for (const link of links.flat()) expect(link.startsWith(home)).toBe(true);
    expect(text.includes('#token=CANARY')).toBe(html.includes('#token=CANARY'));
    expect(raw.toString()).not.toContain('evil.example');
    expect(html).toMatch(/<html lang="(en|de)">/);
  }
  const withLink = received.filter(({ text }) => text.includes('#token=CANARY-token')).map(({ subject }) => subject);
  expect(withLink).toEqual([
    'Create your account',
    'Ihr Konto anlegen',
    'Verify your e-mail address',
    'Ihre E-Mail-Adresse bestätigen',
    'Set a new password',
    'Ein neues Passwort setzen',
    'Confirm your new e-mail address',
    'Ihre neue E-Mail-Adresse bestätigen',
    'Your e-mail address was changed',
    'Ihre E-Mail-Adresse wurde geändert',
    'Invitation to Evil https evil example',
    'Einladung zu Evil https evil example',
    'Confirm this address for answers',
    'Diese Adresse für Antworten bestätigen',
  ]);
  // An invitation is from the organisation that invites; its name is no link there either.
  const inviting = newId();
  world.neighbours.senders.set(inviting, {
    name: 'Acme www.evil.example',
    address: 'team@acme.example',
    replyTo: null,
  });
  await world.asService(sendAccountMail, { ...mail, kind: 'invitation', locale: 'en', organisationId: inviting });
  expect(smtp.messages.at(-1)?.headers.get('from')).toBe('Acme evil example <team@acme.example>');
  smtp.failNext({ at: 'rcpt', code: 550 });
  expect(await send('verify-email')).toEqual({ outcome: 'refused' });
  smtp.failNext({ at: 'connect', code: 421 });
  expect(await send('verify-email')).toEqual({ outcome: 'later' });
  await expect(
    world.anonymously(sendAccountMail, { ...mail, kind: 'verify-email', locale: 'en' }),
  ).rejects.toMatchObject({ status: 401 });
});

it('seals unsealed webhook addresses at the next start', async () => {
  const receiver = await startWebhookReceiver();
  const { channelId } = await hook(world, org, receiver);
  const { channelId: broken } = await hook(world, newId(), receiver);
  const clear = `${receiver.url}?token=CANARY`;
  await world.sql('update channels set target = $2, url_sealed = null where id = $1', [channelId, clear]);
  // One that cannot be sealed blocks neither the others nor the start of the service.
  await world.sql("update channels set target = 'nothing', url_sealed = null where id = $1", [broken]);
  await replica.get(SealUrls).onApplicationBootstrap();
  expect((await world.call(getChannel, { channelId }, org)).url).toBe(`${receiver.url}?***`);
  await world.call(testChannel, { channelId }, org);
  await until(() => receiver.requests[0]?.path === '/hook?token=CANARY');
  await receiver.close();
});
