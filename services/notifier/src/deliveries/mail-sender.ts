import { Inject, Injectable } from '@nestjs/common';
import type { MailSenderInUse as Sender } from '@tidegate/contracts/identity/mail-senders';
import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { Notice } from '@tidegate/contracts/notifier/notices';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { confirmationMessage } from '../messages/account-messages.rules.ts';
import type { Letterhead, Message } from '../messages/mail-template.rules.ts';
import { oneLine } from '../messages/mail-template.rules.ts';
import { messageOf } from '../messages/messages.rules.ts';
import { NotifierConfig, type SmtpSettings, smtpSettings } from '../notifier.config.ts';
import { OrganisationSenders } from './organisation-senders.ts';
import { type Outcome, smtpOutcome } from './retry.rules.ts';

export interface OutgoingMail {
  /** Stable over attempts: the local part of the Message-ID, by which mail servers drop duplicates. */
  deliveryId: string;
  to: string;
  message: Message;
  createdAt: Date;
  /** Whose mail it is besides the operator's. */
  sender?: Sender;
  /** Of recurring mails: a POST there unsubscribes. */
  leave?: string;
}

/** One attempt to hand one e-mail to the operator's mail server. */
@Injectable()
export class MailSender {
  constructor(
    private readonly config: NotifierConfig,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly organisations: OrganisationSenders,
  ) {}

  /** Whose mails these are. */
  get head(): Omit<Letterhead, 'locale'> {
    return { name: this.config.INSTALLATION_NAME, publicUrl: this.settings.publicUrl };
  }

  askToConfirm({
    token,
    locale,
    ...mail
  }: Omit<OutgoingMail, 'message'> & { token: string; locale: Locale }): Promise<Outcome> {
    return this.send({ ...mail, message: confirmationMessage(token, { ...this.head, locale }) });
  }

  /** `token` is the channel's: the reader of the mail may unsubscribe with it. */
  async sendNotice({
    orgId,
    token,
    notice,
    ...mail
  }: Omit<OutgoingMail, 'message' | 'sender'> & { orgId: string; token: string; notice: Notice }): Promise<Outcome> {
    const leave = `${this.settings.publicUrl}/api/v1/channels/unsubscribe/${token}`;
    const page = `${this.settings.publicUrl}/unsubscribe#token=${token}`;
    const sender = await this.organisations.of(orgId);
    const head = { ...this.head, name: sender.name ?? this.head.name };
    return this.send({ ...mail, sender, message: messageOf(notice, page, head), leave });
  }

  async send(mail: OutgoingMail): Promise<Outcome> {
    const smtp = smtpSettings(this.config);
    if (!smtp) return { kind: 'retry', error: 'smtp_not_configured' };
    const { leave, sender } = mail;
    const name = oneLine(sender?.name ?? this.head.name, 80);
    const { subject, text, html } = mail.message;
    try {
      const transport = await this.transport(smtp);
      await transport.sendMail({
        from: { name, address: sender?.address ?? smtp.from },
        ...(sender?.address ? onBehalf(smtp.from, mail.to) : {}),
        ...(sender?.replyTo ? { replyTo: { name: '', address: sender.replyTo } } : {}),
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

/** Whose server it is: receivers check that, and send there what could not be delivered. */
const onBehalf = (operator: string, to: string) => ({
  sender: { name: '', address: operator },
  envelope: { from: operator, to: { name: '', address: to } },
});

/** RFC 2369 and 8058: the mail program shows a button; no page of ours is needed. */
const leaving = (url: string | undefined): Record<string, string> =>
  url === undefined ? {} : { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
