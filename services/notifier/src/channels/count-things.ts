import { Controller } from '@nestjs/common';
import { beyond, counts, countThings, NAMED, nameThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { channelsBeyond, countChannels, countWebhooks } from './channel.rows.ts';

/** For billing: how many there are of what plans limit, and which of them smaller limits would restrict. */
@Controller()
export class CountThings {
  @Handles(countThings.notifier)
  async handle({ tx }: OperationContext<typeof countThings.notifier>) {
    return counts('notifier', { channels: await countChannels(tx), webhook_channels: await countWebhooks(tx) });
  }

  @Handles(nameThings.notifier)
  name({ input: { limits }, tx }: OperationContext<(typeof nameThings)['notifier']>) {
    return beyond(limits, {
      channels: (keep) => channelsBeyond(tx, null, keep, NAMED),
      webhook_channels: (keep) => channelsBeyond(tx, 'webhook', keep, NAMED),
    });
  }
}
