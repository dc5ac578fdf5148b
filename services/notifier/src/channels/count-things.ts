import { Controller } from '@nestjs/common';
import { counts, countThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countChannels } from './channel.rows.ts';

/** For billing: how many there are of what plans limit. */
@Controller()
export class CountThings {
  @Handles(countThings.notifier)
  async handle({ tx }: OperationContext<typeof countThings.notifier>) {
    return counts('notifier', { channels: await countChannels(tx) });
  }
}
