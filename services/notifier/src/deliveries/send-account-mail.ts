import { Controller } from '@nestjs/common';
import { sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { accountMessage } from '../messages/account-messages.rules.ts';
import { MailSender } from './mail-sender.ts';

/**
 * One attempt for identity, which stores the mail and retries. Nothing of it is stored here, above all not its token.
 */
@Controller()
export class SendAccountMail {
  constructor(private readonly mail: MailSender) {}

  @Handles(sendAccountMail)
  async handle({ input }: OperationContext<typeof sendAccountMail>) {
    const { id, kind, to, locale, token = '', details = {}, createdAt } = input;
    const message = accountMessage(kind, token, details, { ...this.mail.head, locale });
    const { kind: went } = await this.mail.send({ deliveryId: id, to, message, createdAt: new Date(createdAt) });
    return {
      outcome: went === 'delivered' ? ('sent' as const) : went === 'retry' ? ('later' as const) : ('refused' as const),
    };
  }
}
