import { Controller } from '@nestjs/common';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clearMadeUp, insertChannels, insertDeliveries, insertHappenings } from './demo.rows.ts';
import { channelsOf, deliveriesOf } from './made-up.rules.ts';
import { happeningsOf } from './made-up-happenings.rules.ts';

/** Channels to addresses that nobody can have, messages that were never sent, and what happened. */
@Controller()
export class FillDemo {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(demoFill.notifier)
  async handle({ input, tx }: OperationContext<(typeof demoFill)['notifier']>) {
    const { orgId } = await this.entitlements.requireDemo(tx);
    const { from, until } = demoRange(input);
    const [channels, deliveries] = [channelsOf(orgId), deliveriesOf(orgId, from, until)];
    await clearMadeUp(tx);
    await insertChannels(tx, channels, new Date(from));
    await insertDeliveries(tx, deliveries);
    const happenings = happeningsOf(orgId, from, until);
    await insertHappenings(tx, happenings);
    const written = { channels: channels.length, deliveries: deliveries.length, happenings: happenings.length };
    return { next: null, written };
  }
}
