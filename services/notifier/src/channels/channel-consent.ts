import { Controller } from '@nestjs/common';
import { conflict } from '@tidegate/contracts/kernel/problem';
import {
  type Channel,
  confirmationInvalid,
  confirmChannel,
  resendConfirmation,
  unsubscribeChannel,
} from '@tidegate/contracts/notifier/channels';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { NotifierConfig, requireSmtp } from '../notifier.config.ts';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import {
  confirmByHash,
  findChannelByConfirmation,
  findChannelByUnsubscribe,
  lockChannel,
  unsubscribe,
} from './channel.rows.ts';
import { hashOf } from './channel-secrets.ts';
import { Confirmations } from './confirmations.ts';
import { channelOf } from './manage-channels.ts';

/** Consent of an address: the person who reads its mails decides, without an account, with the token of a mail. */
@Controller()
export class ChannelConsent {
  constructor(
    private readonly confirmations: Confirmations,
    private readonly config: NotifierConfig,
  ) {}

  @Handles(confirmChannel)
  async confirm({ input, tx, refuse }: OperationContext<typeof confirmChannel>) {
    const lookup = hashOf(input.token);
    const found = await findChannelByConfirmation(tx.as({ lookup }), lookup);
    const address = found && (await confirmByHash(tx.as({ orgId: found.org_id }), lookup));
    if (!found || !address) throw refuse(confirmationInvalid, {}, 'Ask for another confirmation mail.');
    return { channelId: found.id, address, confirmed: true as const };
  }

  @Handles(resendConfirmation)
  async resend({ input, caller, tx, refuse }: OperationContext<typeof resendConfirmation>): Promise<Channel> {
    requireSmtp(refuse, this.config);
    const sender = await this.confirmations.sender(refuse, caller);
    const channel = orNotFound(await lockChannel(tx, input.channelId));
    if (channel.kind !== 'email' || channel.confirmed_at) throw conflict({}, 'There is nothing to confirm.');
    await this.confirmations.send(tx, channel, sender);
    return channelOf(tx, channel.id);
  }

  @Handles(unsubscribeChannel)
  async unsubscribe({ input: { token }, tx, refuse }: OperationContext<typeof unsubscribeChannel>) {
    const lookup = hashOf(token);
    const found = await findChannelByUnsubscribe(tx.as({ lookup }), lookup);
    const there = tx.as({ orgId: found?.org_id });
    const channel = found && (await lockChannel(there, found.id));
    if (!channel) throw refuse(confirmationInvalid, {}, 'This channel no longer exists.');
    await unsubscribe(there, channel.id);
    await cancelDeliveries(there, channel.id);
    return {};
  }
}
