import { Controller } from '@nestjs/common';
import { listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listCredits } from './credit.rows.ts';

@Controller()
export class ListDrawn {
  @Handles(listDrawnCredits)
  async handle({ caller, tx }: OperationContext<typeof listDrawnCredits>) {
    const rows = await listCredits(tx, caller.orgId as string);
    return {
      items: rows.map(({ id, meter, amount, drawn, from_at: from, until_at: until }) => ({
        id,
        meter,
        amount: Number(amount),
        drawn: Number(drawn),
        from: from.toISOString(),
        // `infinity` comes as a number.
        until: until instanceof Date ? until.toISOString() : null,
      })),
    };
  }
}
