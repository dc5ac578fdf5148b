import { Controller } from '@nestjs/common';
import { deleteCandles } from '@tidegate/contracts/bot-executor/candles';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { marketNamed } from '../markets/market.rows.ts';
import { deleteImported } from './candle.rows.ts';

@Controller()
export class DeleteCandles {
  @Handles(deleteCandles)
  async handle({ input, tx }: OperationContext<typeof deleteCandles>) {
    await deleteImported(tx, await marketNamed(tx, input.market), input.interval);
    return {};
  }
}
