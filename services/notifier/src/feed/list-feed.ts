import { Controller } from '@nestjs/common';
import { listFeed } from '@tidegate/contracts/notifier/feed';
import { HAPPENING_KINDS, HAPPENINGS } from '@tidegate/contracts/notifier/happening-kinds';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { FEED_ORDERS, listHappenings, toWire } from './happening.rows.ts';

@Controller()
export class ListFeed {
  /** What somebody has no right to read is not in their list, whatever they ask for. */
  @Handles(listFeed)
  async handle({ input, caller, tx }: OperationContext<typeof listFeed>) {
    const { area, kind } = input;
    const kinds = HAPPENING_KINDS.filter(
      (one) =>
        caller.scopes.includes(HAPPENINGS[one].scope) &&
        (area === undefined || HAPPENINGS[one].area === area) &&
        (kind === undefined || one === kind),
    );
    const place = FEED_ORDERS.place(input);
    if (kinds.length === 0) return { items: [] };
    return place.page(await listHappenings(tx, place, kinds), toWire);
  }
}
