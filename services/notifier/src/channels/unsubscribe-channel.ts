import { Injectable } from '@nestjs/common';
import { confirmationInvalid, unsubscribeChannel } from '@tidegate/contracts/notifier/channels';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import { findChannelByUnsubscribe, lockChannel, unsubscribe } from './channel.rows.ts';
import { hashOf } from './channel-secrets.ts';

/** Whoever reads a mail of ours may end them, without an account. */
@Injectable()
export class UnsubscribeChannel {
  @Handles(unsubscribeChannel)
  async handle({ input: { token }, tx }: OperationContext<typeof unsubscribeChannel>) {
    const lookup = hashOf(token);
    const found = await findChannelByUnsubscribe(tx.as({ lookup }), lookup);
    const there = tx.as({ orgId: found?.org_id });
    const channel = found && (await lockChannel(there, found.id));
    if (!channel) throw confirmationInvalid({}, 'There is no such channel any more.');
    await unsubscribe(there, channel.id);
    await cancelDeliveries(there, channel.id);
    return {};
  }
}
