import { Controller } from '@nestjs/common';
import { runsLow } from '@tidegate/contracts/usage/low';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { TOP_UP } from './buy-when-low.loop.ts';
import { markTopUp } from './top-up.rows.ts';

/** Usage says that units run low: the loop asks how much there is. */
@Controller()
export class NoteLow {
  constructor(private readonly wakes: Wakes) {}

  @On(runsLow)
  async handle({ data: { orgId, meter }, tx }: EventContext<typeof runsLow>): Promise<void> {
    if (await markTopUp(tx, orgId, meter)) tx.onCommit(() => this.wakes.wake(TOP_UP));
  }
}
