import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import {
  type Channel,
  confirmationInvalid,
  confirmChannel,
  resendConfirmation,
} from '@tidegate/contracts/notifier/channels';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { NotifierConfig, requireSmtp } from '../notifier.config.ts';
import { confirmByHash, findChannel, findChannelByHash, lockChannel, toWire } from './channel.rows.ts';
import { hashOf } from './channel-secrets.ts';
import { Confirmations } from './confirmations.ts';

/** An address says that it wants to be told what happens. */
@Injectable()
export class ConfirmChannel {
  constructor(
    private readonly confirmations: Confirmations,
    private readonly config: NotifierConfig,
  ) {}

  @Handles(confirmChannel)
  async confirm({ input, tx }: OperationContext<typeof confirmChannel>) {
    const lookup = hashOf(input.token);
    const found = await findChannelByHash(tx.as({ lookup }), lookup);
    const address = found && (await confirmByHash(tx.as({ orgId: found.org_id }), lookup));
    if (!found || !address) throw confirmationInvalid({}, 'Ask for another confirmation mail.');
    return { channelId: found.id, address, confirmed: true as const };
  }

  @Handles(resendConfirmation)
  async resend({ input, caller, tx }: OperationContext<typeof resendConfirmation>): Promise<Channel> {
    requireSmtp(this.config);
    const sender = await this.confirmations.sender(caller);
    const channel = await lockChannel(tx, input.channelId);
    if (!channel) throw notFound();
    if (channel.kind !== 'email' || channel.confirmed_at) throw conflict({}, 'There is nothing to confirm.');
    await this.confirmations.ask(tx, channel, sender);
    const after = await findChannel(tx, channel.id);
    if (!after) throw notFound();
    return toWire(after);
  }
}
