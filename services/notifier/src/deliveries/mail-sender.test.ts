import type { Settings } from '@tidegate/runtime/settings';
import { type FakeSmtpServer, type SmtpFault, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { messageOf } from '../messages/messages.rules.ts';
import { NotifierConfig } from '../notifier.config.ts';
import { MailSender } from './mail-sender.ts';
import type { OrganisationSenders } from './organisation-senders.ts';

const id = '0199e5a0-0000-7000-8000-000000000001';
let smtp: FakeSmtpServer;

beforeEach(async () => {
  smtp = await startSmtpServer();
});
afterEach(() => smtp.close());

function sender(overrides: Record<string, string> = {}): MailSender {
  const env = {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_SECURE: 'none',
    SMTP_FROM: 'alerts@tidegate.example',
    NOTIFIER_TIMEOUT_SECONDS: '1',
    ...overrides,
  };
  const settings = { publicUrl: 'https://tidegate.example' } as Settings;
  return new MailSender(new NotifierConfig(NotifierConfig.schema.parse(env)), settings, {} as OrganisationSenders);
}

const mail = (name = 'orders-db', to = 'ops@example.com') => ({
  deliveryId: id,
  to,
  createdAt: new Date('2026-11-20T10:00:00Z'),
  message: messageOf(
    {
      type: 'server.unreachable',
      timestamp: '2026-11-20T10:00:00Z',
      data: { serverId: id, name, since: '2026-11-20T09:59:00Z', code: 'connection_refused' },
    },
    'https://tidegate.test/x',
    { name: 'Tidegate', publicUrl: 'https://tidegate.test' },
  ),
});

it('sends text and HTML with a stable Message-ID and asks for no automatic answers', async () => {
  expect(await sender().send(mail())).toEqual({ kind: 'delivered' });
  const [received] = smtp.messages;
  expect(received).toMatchObject({ from: 'alerts@tidegate.example', to: ['ops@example.com'] });
  expect(received?.headers.get('subject')).toBe('Server "orders-db" is unreachable');
  expect(received?.headers.get('message-id')).toBe(`<${id}@tidegate.example>`);
  expect(received?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(received?.text).toContain('Reason: connection_refused');
  expect(received?.html).toMatch(/<td[^>]*>connection_refused<\/td>/);
});

it('keeps a hostile name out of headers and recipients', async () => {
  await sender().send(mail('x\r\nBcc: victim@example.com\r\n\r\nHello', 'ops@example.com'));
  const [received] = smtp.messages;
  expect(received?.to).toEqual(['ops@example.com']);
  expect(received?.headers.has('bcc')).toBe(false);
  expect(received?.headerCounts.get('subject')).toBe(1);
  expect(received?.headers.get('subject')).toBe('Server "x Bcc: victim@example.com Hello" is unreachable');
});

it('names an organisation as the sender and the operator as whose server it is', async () => {
  const own = { name: 'Acme', address: 'alerts@acme.example', replyTo: 'help@acme.example' };
  expect(await sender().send({ ...mail(), sender: own })).toEqual({ kind: 'delivered' });
  const [received] = smtp.messages;
  expect(received).toMatchObject({ from: 'alerts@tidegate.example', to: ['ops@example.com'] });
  const { headers } = received as { headers: ReadonlyMap<string, string> };
  expect(headers.get('from')).toBe('Acme <alerts@acme.example>');
  expect(headers.get('sender')).toBe('alerts@tidegate.example');
  expect(headers.get('reply-to')).toBe('help@acme.example');
  // Without an address of its own only the name is the organisation's.
  await sender().send({ ...mail(), sender: { name: 'Acme', address: null, replyTo: null } });
  const second = smtp.messages[1]?.headers;
  expect([second?.get('from'), second?.has('sender'), second?.has('reply-to')]).toEqual([
    'Acme <alerts@tidegate.example>',
    false,
    false,
  ]);
});

it('keeps a hostile sender in its header, and one recipient one', async () => {
  const own = { name: 'Acme\r\nBcc: victim@example.com', address: 'a@acme.example', replyTo: 'x@acme.example' };
  await sender().send({ ...mail('orders-db', 'a@example.com,victim@example.com'), sender: own });
  for (const one of smtp.messages) {
    expect(one.headers.has('bcc')).toBe(false);
    expect(one.to).not.toContain('victim@example.com');
    expect(one.headerCounts.get('from')).toBe(1);
  }
});

it.each<[string, SmtpFault, object]>([
  ['an unknown recipient', { at: 'rcpt', code: 550 }, { kind: 'failed', error: 'smtp_refused', status: 550 }],
  ['a full mailbox', { at: 'rcpt', code: 452 }, { kind: 'retry', error: 'smtp_refused', status: 452 }],
  ['a message refused for good', { at: 'data', code: 554 }, { kind: 'failed', error: 'smtp_refused', status: 554 }],
  ['a message refused for now', { at: 'data', code: 451 }, { kind: 'retry', error: 'smtp_refused', status: 451 }],
  ['a busy server', { at: 'connect', code: 421 }, { kind: 'retry', error: 'smtp_refused', status: 421 }],
  ['a server that hangs', { at: 'rcpt', hang: true }, { kind: 'retry', error: 'smtp_unreachable' }],
  ['a connection that dies', { at: 'data', drop: true }, { kind: 'retry', error: 'smtp_unreachable' }],
  ['an answer that is lost', { at: 'accepted', drop: true }, { kind: 'retry', error: 'smtp_unreachable' }],
])('judges %s', async (_name, fault, outcome) => {
  smtp.failNext(fault);
  expect(await sender().send(mail())).toEqual(outcome);
});

it('retries later when the server refuses the connection', async () => {
  await smtp.refuse();
  expect(await sender().send(mail())).toEqual({ kind: 'retry', error: 'smtp_unreachable' });
});

it('logs in, and takes a refused login as a fault of the settings, not of the message', async () => {
  const guarded = await startSmtpServer({ user: 'tidegate', password: 'right' });
  await smtp.close();
  smtp = guarded;
  const login = (SMTP_PASSWORD: string) => sender({ SMTP_USER: 'tidegate', SMTP_PASSWORD });
  expect(await login('wrong').send(mail())).toEqual({ kind: 'retry', error: 'smtp_refused', status: 535 });
  expect(await login('right').send(mail())).toEqual({ kind: 'delivered' });
});

it('never sends in the clear when TLS is required', async () => {
  expect(await sender({ SMTP_SECURE: 'starttls' }).send(mail())).toMatchObject({ kind: 'retry' });
  expect(smtp.messages).toEqual([]);
});

it('refuses settings that cannot work', () => {
  const parse = (env: object) => NotifierConfig.schema.safeParse(env).error?.issues.map((issue) => issue.path[0]);
  expect(parse({ SMTP_HOST: 'mail.example.com' })).toEqual(['SMTP_FROM']);
  expect(parse({ SMTP_HOST: 'a', SMTP_FROM: 'x@example.com', SMTP_USER: 'u' })).toEqual(['SMTP_PASSWORD']);
  expect(parse({ SMTP_PORT: 'many' })).toEqual(['SMTP_PORT']);
  expect(parse({})).toBeUndefined();
});
