import { Inject, Injectable } from '@nestjs/common';
import type { Notice } from '@tidegate/contracts/notifier/notices';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { confirmationMessage } from '../messages/account-messages.rules.ts';
import type { Letterhead, Message } from '../messages/mail-template.rules.ts';
import { messageOf } from '../messages/messages.rules.ts';
import { NotifierConfig, type SmtpSettings, smtpSettings } from '../notifier.config.ts';
import { type Outcome, smtpOutcome } from './retry.rules.ts';

export interface OutgoingMail {
  /** Stable over attempts: the local part of the Message-ID, by which mail servers drop duplicates. */
  deliveryId: string;
  to: string;
  message: Message;
  createdAt: Date;
  /** Of recurring mails: a POST there unsubscribes. */
  leave?: string;
}

/** One attempt to hand one e-mail to the operator's mail server. */
@Injectable()
export class MailSender {
  constructor(
    private readonly config: NotifierConfig,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Whose mails these are. */
  get head(): Omit<Letterhead, 'locale'> {
    return { name: this.config.INSTALLATION_NAME, publicUrl: this.settings.publicUrl };
  }

  askToConfirm({ token, ...mail }: Omit<OutgoingMail, 'message'> & { token: string }): Promise<Outcome> {
    return this.send({ ...mail, message: confirmationMessage(token, this.head) });
  }

  /** `token` is the channel's: the reader of the mail may unsubscribe with it. */
  sendNotice({ token, notice, ...mail }: Omit<OutgoingMail, 'message'> & { token: string; notice: Notice }) {
    const leave = `${this.settings.publicUrl}/api/v1/channels/unsubscribe/${token}`;
    const page = `${this.settings.publicUrl}/unsubscribe#token=${token}`;
    return this.send({ ...mail, message: messageOf(notice, page, this.head), leave });
  }

  async send(mail: OutgoingMail): Promise<Outcome> {
    const smtp = smtpSettings(this.config);
    if (!smtp) return { kind: 'retry', error: 'smtp_not_configured' };
    const { leave } = mail;
    const { subject, text, html } = mail.message;
    try {
      const transport = await this.transport(smtp);
      await transport.sendMail({
        from: { name: this.head.name, address: smtp.from },
        // As an object it is one address, whatever characters it contains.
        to: { name: '', address: mail.to },
        subject,
        text,
        html,
        date: mail.createdAt,
        messageId: `<${mail.deliveryId}@${smtp.from.slice(smtp.from.lastIndexOf('@') + 1)}>`,
        // RFC 3834: no out-of-office answers.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...leaving(leave) },
        signal: AbortSignal.timeout(this.config.NOTIFIER_TIMEOUT_SECONDS * 1000),
      });
      return { kind: 'delivered' };
    } catch (error) {
      return smtpOutcome(error as { code?: string; responseCode?: number });
    }
  }

  /** The library is loaded with the first mail: many installations send none, and it costs 60 ms and some MB. */
  private async transport(smtp: SmtpSettings) {
    const { createTransport } = await import('nodemailer');
    const timeout = this.config.NOTIFIER_TIMEOUT_SECONDS * 1000;
    return createTransport({
      host: smtp.host,
      port: smtp.port,
      secure: smtp.secure === 'tls',
      requireTLS: smtp.secure === 'starttls',
      ignoreTLS: smtp.secure === 'none',
      auth: smtp.login,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      dnsTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

/** RFC 2369 and 8058: the mail program shows a button; no page of ours is needed. */
const leaving = (url: string | undefined): Record<string, string> =>
  url === undefined ? {} : { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
