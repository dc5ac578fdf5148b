import { Injectable } from '@nestjs/common';
import { deleteCandles } from '@tidegate/contracts/bot-executor/candles';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { marketNamed } from '../markets/market-named.rules.ts';
import { deleteImported } from './candle.rows.ts';

@Injectable()
export class DeleteCandles {
  @Handles(deleteCandles)
  async handle({ input, tx }: Call<typeof deleteCandles>) {
    await deleteImported(tx, marketNamed(input.market), input.interval);
    return {};
  }
}
