import { Controller } from '@nestjs/common';
import { listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listCredits } from './credit.rows.ts';

@Controller()
export class ListDrawn {
  @Handles(listDrawnCredits)
  async handle({ caller, tx }: OperationContext<typeof listDrawnCredits>) {
    const rows = await listCredits(tx, caller.orgId as string);
    return {
      items: rows.map(({ id, meter, left, decimals, rollover, amount, from_at: from, until_at: until }) => ({
        ...{ id, meter, left: unitsOf(left, decimals), decimals },
        rollover: rollover ? { amount: Number(amount), from: from.toISOString(), until: until.toISOString() } : null,
      })),
    };
  }
}
