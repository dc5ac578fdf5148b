import { Controller } from '@nestjs/common';
import {
  confirmReplyAddress,
  type MailSender,
  resendReplyConfirmation,
} from '@tidegate/contracts/identity/mail-senders';
import { tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { hashOf } from '../kernel/tokens.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { findByReplyToken, lockMailSender, proveReplyAddress, saveMailSender } from './mail-sender.rows.ts';
import { senderOf } from './mail-senders.ts';
import { ReplyAddresses } from './reply-addresses.ts';

/** The person who reads the mails of an address decides, without an account, whether answers come to it. */
@Controller()
export class ConfirmReplyAddress {
  constructor(
    private readonly replies: ReplyAddresses,
    private readonly mails: AccountMails,
  ) {}

  @Handles(resendReplyConfirmation)
  async resend({ caller, tx, refuse }: OperationContext<typeof resendReplyConfirmation>): Promise<MailSender> {
    this.mails.requireMail(refuse);
    const row = await lockMailSender(tx);
    const sender = await senderOf(tx, row);
    if (!row?.reply_to || sender.replyToState !== 'waiting') throw conflict({}, 'There is nothing to confirm.');
    const proven = await this.replies.provenBy(refuse, tx, caller, row.reply_to);
    if (proven) await saveMailSender(tx, { ...row, reply_proven_at: proven });
    else await this.replies.ask(tx, row.reply_to);
    return { ...sender, replyToState: proven ? 'proven' : 'waiting' };
  }

  @Handles(confirmReplyAddress)
  async confirm({ input, tx, refuse }: OperationContext<typeof confirmReplyAddress>) {
    const lookup = hashOf(input.token);
    const found = await findByReplyToken(tx.as({ lookup }), lookup);
    const confirmed = found && (await proveReplyAddress(tx.as({ orgId: found.org_id }), lookup));
    if (!confirmed) throw refuse(tokenInvalid, {}, 'Ask the organisation to send the mail again.');
    return confirmed;
  }
}
