import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type MailText, readMail } from './mail-text.ts';

/** What goes wrong on one connection. `rcpt` is the answer to RCPT TO, `data` the answer after the message. */
export type SmtpFault =
  /** The server answers with this status: 421, 450 … are temporary, 550 … permanent. */
  | { at: 'connect' | 'auth' | 'rcpt' | 'data'; code: number; text?: string }
  /** The server never answers. */
  | { at: 'connect' | 'rcpt' | 'data'; hang: true }
  /** The connection dies: `data` in the middle of the message, `accepted` after it was kept but before the answer. */
  | { at: 'connect' | 'rcpt' | 'data' | 'accepted'; drop: true };

export interface ReceivedMail extends MailText {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
}

export interface SmtpServerOptions {
  /** The server asks for these credentials and refuses others. */
  user?: string;
  password?: string;
}

/** A real SMTP server on loopback: stores what it receives and fails on demand. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<FakeSmtpServer> {
  const server = new FakeSmtpServer(options);
  await server.listen(0);
  return server;
}

type Answer = (error?: Error | null) => void;

export class FakeSmtpServer {
  readonly host = '127.0.0.1';
  readonly messages: ReceivedMail[] = [];
  /** Connections accepted so far. */
  connections = 0;
  port = 0;

  private readonly queued: SmtpFault[] = [];
  private lasting: SmtpFault | undefined;
  private readonly sockets = new Map<number, Socket>();
  private readonly faults = new Map<string, SmtpFault | undefined>();
  private readonly smtp: SMTPServer;

  constructor(options: SmtpServerOptions) {
    const credentials = options.user !== undefined;
    this.smtp = new SMTPServer({
      authOptional: !credentials,
      allowInsecureAuth: true,
      disabledCommands: credentials ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
      logger: false,
      onConnect: (session, answer) => this.reach('connect', session, answer),
      onAuth: (auth, session, answer) => {
        const fault = this.faultAt('auth', session);
        if (fault && 'code' in fault) return answer(refusal(fault));
        const known = auth.username === options.user && auth.password === options.password;
        return known
          ? answer(null, { user: auth.username })
          : answer(refusal({ code: 535, text: 'Wrong credentials' }));
      },
      onRcptTo: (_address, session, answer) => this.reach('rcpt', session, answer),
      onData: (stream, session, answer) => this.receive(stream, session, answer),
      onClose: (session) => this.faults.delete(session.id),
    });
    // Dropped connections surface as socket errors of the server; they are what the test asked for.
    this.smtp.on('error', () => undefined);
    this.smtp.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      const { remotePort } = socket;
      if (remotePort === undefined) return;
      this.sockets.set(remotePort, socket);
      socket.once('close', () => this.sockets.delete(remotePort));
    });
  }

  /** The next connections fail like this, one fault each, in order. */
  failNext(...faults: SmtpFault[]): void {
    this.queued.push(...faults);
  }

  /** Every connection fails like this, until called with nothing. */
  failAlways(fault?: SmtpFault): void {
    this.lasting = fault;
    if (!fault) this.queued.length = 0;
  }

  /** Closes the port: connections are refused by the operating system until `resume`. */
  async refuse(): Promise<void> {
    const closed = once(this.smtp.server, 'close');
    this.smtp.server.close();
    this.dropAll();
    await closed;
  }

  /** Opens the same port again. */
  async resume(): Promise<void> {
    await this.listen(this.port);
  }

  async close(): Promise<void> {
    if (this.smtp.server.listening) await this.refuse();
    this.dropAll();
  }

  async listen(port: number): Promise<void> {
    this.smtp.server.listen(port, this.host);
    await once(this.smtp.server, 'listening');
    this.port = (this.smtp.server.address() as AddressInfo).port;
  }

  private dropAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  private faultAt(at: SmtpFault['at'], session: SMTPServerSession): SmtpFault | undefined {
    if (!this.faults.has(session.id)) this.faults.set(session.id, this.queued.shift() ?? this.lasting);
    const fault = this.faults.get(session.id);
    return fault?.at === at ? fault : undefined;
  }

  private reach(at: 'connect' | 'rcpt', session: SMTPServerSession, answer: Answer): void {
    const fault = this.faultAt(at, session);
    if (fault) this.play(fault, session, answer);
    else answer();
  }

  private play(fault: SmtpFault, session: SMTPServerSession, answer: Answer): void {
    // A fault that hangs answers nothing, ever.
    if ('code' in fault) answer(refusal(fault));
    else if ('drop' in fault) this.sockets.get(session.remotePort)?.destroy();
  }

  private receive(stream: SMTPServerDataStream, session: SMTPServerSession, answer: Answer): void {
    const fault = this.faultAt('data', session);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      if (fault && 'drop' in fault) this.play(fault, session, answer);
      chunks.push(chunk);
    });
    stream.on('end', () => {
      if (!fault) this.keep(Buffer.concat(chunks), session);
      const late = fault ?? this.faultAt('accepted', session);
      if (late) this.play(late, session, answer);
      else answer();
    });
  }

  private keep(raw: Buffer, session: SMTPServerSession): void {
    const { mailFrom, rcptTo } = session.envelope;
    this.messages.push({
      ...readMail(raw),
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map((recipient) => recipient.address),
      raw,
    });
  }
}

function refusal(fault: { code: number; text?: string }): Error {
  return Object.assign(new Error(fault.text ?? 'Refused by the test'), { responseCode: fault.code });
}
