import { Controller } from '@nestjs/common';
import { sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { accountMessage } from '../messages/account-messages.rules.ts';
import { harmlessName } from '../messages/mail-template.rules.ts';
import { MailSender } from './mail-sender.ts';
import { OrganisationSenders } from './organisation-senders.ts';

/**
 * One attempt for identity, which stores the mail and retries. Nothing of it is stored here, above all not its token.
 */
@Controller()
export class SendAccountMail {
  constructor(
    private readonly mail: MailSender,
    private readonly organisations: OrganisationSenders,
  ) {}

  @Handles(sendAccountMail)
  async handle({ input }: OperationContext<typeof sendAccountMail>) {
    const { id, kind, to, locale, token = '', details = {}, createdAt } = input;
    const message = accountMessage(kind, token, details, { ...this.mail.head, locale });
    const sender = input.organisationId ? await this.invitingSender(input.organisationId) : {};
    const mail = { deliveryId: id, to, message, createdAt: new Date(createdAt), ...sender };
    const { kind: went } = await this.mail.send(mail);
    return {
      outcome: went === 'delivered' ? ('sent' as const) : went === 'retry' ? ('later' as const) : ('refused' as const),
    };
  }

  /** Its reader has not asked for it: no name may look like an address. */
  private async invitingSender(organisationId: string) {
    const sender = await this.organisations.of(organisationId);
    return { sender: { ...sender, name: sender.name && harmlessName(sender.name) } };
  }
}
