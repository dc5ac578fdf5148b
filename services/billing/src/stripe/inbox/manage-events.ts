import { Controller } from '@nestjs/common';
import { listStripeEvents, replayStripeEvent } from '@tidegate/contracts/billing/webhook';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { findEvent, markDirty, pageOfEvents, replayEvent, toWire } from './stripe-event.rows.ts';

/** What Stripe has sent, for operators: what waits, what is not ours to handle, what failed; and once more. */
@Controller()
export class ManageEvents {
  constructor(private readonly wakes: Wakes) {}

  @Handles(listStripeEvents)
  async list({ input, tx }: OperationContext<typeof listStripeEvents>) {
    const after = readCursor(input.cursor, 'time', 'text');
    const rows = await pageOfEvents(tx.as({ system: 'stripe' }), input.limit + 1, input.state, after);
    return pageOf(rows, input.limit, toWire, (row) => [row.place, row.id]);
  }

  @Handles(replayStripeEvent)
  async replay({ input, tx }: OperationContext<typeof replayStripeEvent>) {
    const all = tx.as({ system: 'stripe' });
    const { state } = orNotFound(await findEvent(all, input.eventId));
    const replayed = await replayEvent(all, input.eventId);
    if (!replayed) {
      const why = state === 'ignored' ? 'Nothing follows from this event.' : 'No organisation here has its customer.';
      throw conflict({}, why);
    }
    if (replayed.customer_id) await markDirty(all, [replayed.customer_id]);
    tx.onCommit(() => this.wakes.wake('sync-stripe-customers'));
    return {};
  }
}
