import { Controller, Inject } from '@nestjs/common';
import { sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { accountMessage } from '../messages/account-messages.rules.ts';
import { MailSender } from './mail-sender.ts';

/**
 * One attempt for identity, which stores the mail and retries. Nothing of it is stored here, above all not its token.
 */
@Controller()
export class SendAccountMail {
  constructor(
    private readonly mail: MailSender,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handles(sendAccountMail)
  async handle({ input: { id, kind, to, token = '', createdAt } }: OperationContext<typeof sendAccountMail>) {
    const message = accountMessage(kind, token, this.settings.publicUrl);
    const { kind: went } = await this.mail.send({ deliveryId: id, to, message, createdAt: new Date(createdAt) });
    return {
      outcome: went === 'delivered' ? ('sent' as const) : went === 'retry' ? ('later' as const) : ('refused' as const),
    };
  }
}
