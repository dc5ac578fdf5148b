import { Injectable } from '@nestjs/common';
import { listMarkets, type Market } from '@tidegate/contracts/bot-executor/markets';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { toText } from '../engine/exact.rules.ts';
import { MARKETS } from './markets.rules.ts';

@Injectable()
export class ListMarkets {
  @Handles(listMarkets)
  async handle(_call: Call<typeof listMarkets>) {
    return { items: ITEMS };
  }
}

const ITEMS = MARKETS.map(
  ({ market, base, quote, tickSize, lotSize, minQuantity, minNotional, feePpm, maintenancePpm, bundled }): Market => ({
    market,
    base,
    quote,
    tickSize,
    lotSize,
    minQuantity,
    minNotional,
    feePercent: toText({ n: BigInt(feePpm), d: 10_000n }),
    maintenanceMarginPercent: toText({ n: BigInt(maintenancePpm), d: 10_000n }),
    bundled,
  }),
);
