import { createTransport } from 'nodemailer';
import { type FakeSmtpServer, type SmtpFault, startSmtpServer } from './smtp-server.ts';

let smtp: FakeSmtpServer;

beforeEach(async () => {
  smtp = await startSmtpServer();
});
afterEach(() => smtp.close());

function send(auth?: { user: string; pass: string }) {
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: false,
    auth,
    connectionTimeout: 300,
    greetingTimeout: 300,
    socketTimeout: 300,
  });
  return transport.sendMail({
    from: 'tidegate@example.com',
    to: 'someone@example.com',
    subject: 'Tráde closed – profit',
    text: 'Plain é = 1',
    html: '<p>Rich</p>',
  });
}

const outcome = () =>
  send().then(
    () => 'sent',
    (error: { responseCode?: number; code?: string }) => error.responseCode ?? error.code,
  );

it('keeps a message with its envelope, decoded headers and both bodies', async () => {
  await send();
  expect(smtp.messages).toHaveLength(1);
  const [mail] = smtp.messages;
  expect(mail).toMatchObject({ from: 'tidegate@example.com', to: ['someone@example.com'] });
  expect(mail?.headers.get('subject')).toBe('Tráde closed – profit');
  expect(mail?.text.trim()).toBe('Plain é = 1');
  expect(mail?.html.trim()).toBe('<p>Rich</p>');
});

it.each<[string, SmtpFault, unknown, number]>([
  ['a busy server', { at: 'connect', code: 421 }, 421, 0],
  ['a temporary refusal of the recipient', { at: 'rcpt', code: 450 }, 450, 0],
  ['an unknown recipient', { at: 'rcpt', code: 550 }, 550, 0],
  ['a refused message', { at: 'data', code: 554 }, 554, 0],
  ['a silent server', { at: 'connect', hang: true }, 'ETIMEDOUT', 0],
  ['a server that falls silent after the message', { at: 'data', hang: true }, 'ETIMEDOUT', 0],
  ['a connection that dies in the message', { at: 'data', drop: true }, 'ECONNECTION', 0],
  ['a connection that dies after the message was kept', { at: 'accepted', drop: true }, 'ECONNECTION', 1],
])('plays %s once, then works again', async (_name, fault, expected, kept) => {
  smtp.failNext(fault);
  expect(await outcome()).toBe(expected);
  expect(smtp.messages).toHaveLength(kept);
  expect(await outcome()).toBe('sent');
});

it('refuses connections until it is resumed on the same port', async () => {
  await smtp.refuse();
  expect(await outcome()).toBe('ESOCKET');
  await smtp.resume();
  expect(await outcome()).toBe('sent');
});

it('asks for the credentials it was given', async () => {
  const guarded = await startSmtpServer({ user: 'tidegate', password: 'right' });
  await smtp.close();
  smtp = guarded;
  await expect(send({ user: 'tidegate', pass: 'wrong' })).rejects.toMatchObject({ responseCode: 535 });
  await expect(send()).rejects.toMatchObject({ responseCode: 530 });
  await send({ user: 'tidegate', pass: 'right' });
  expect(smtp.messages).toHaveLength(1);
});
