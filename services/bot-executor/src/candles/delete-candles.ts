import { Injectable } from '@nestjs/common';
import { deleteCandles } from '@tidegate/contracts/bot-executor/candles';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { marketNamed } from '../markets/market.rows.ts';
import { deleteImported } from './candle.rows.ts';

@Injectable()
export class DeleteCandles {
  @Handles(deleteCandles)
  async handle({ input, tx }: Call<typeof deleteCandles>) {
    await deleteImported(tx, await marketNamed(tx, input.market), input.interval);
    return {};
  }
}
