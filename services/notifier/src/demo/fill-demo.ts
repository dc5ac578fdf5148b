import { Controller } from '@nestjs/common';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clearChannels, insertChannels, insertDeliveries } from './demo.rows.ts';
import { channelsOf, deliveriesOf } from './made-up.rules.ts';

/** Channels to addresses that nobody can have, and messages that were never sent. */
@Controller()
export class FillDemo {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(demoFill.notifier)
  async handle({ input, tx }: OperationContext<(typeof demoFill)['notifier']>) {
    const { orgId } = await this.entitlements.requireDemo(tx);
    const { from, until } = demoRange(input);
    const [channels, deliveries] = [channelsOf(orgId), deliveriesOf(orgId, from, until)];
    await clearChannels(tx);
    await insertChannels(tx, channels, new Date(from));
    await insertDeliveries(tx, deliveries);
    return { next: null, written: { channels: channels.length, deliveries: deliveries.length } };
  }
}
