import { Controller } from '@nestjs/common';
import { getMarket, listMarkets, type Market } from '@tidegate/contracts/bot-executor/markets';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findMarket, MARKETS } from './built-in-markets.ts';
import { findOwnMarket, listOwnMarkets, toWire } from './market.rows.ts';

@Controller()
export class ReadMarkets {
  @Handles(listMarkets)
  async list({ tx }: OperationContext<typeof listMarkets>) {
    const own = await listOwnMarkets(tx);
    const names = new Set(own.map(({ market }) => market));
    const others = MARKETS.filter(({ market }) => !names.has(market));
    return { items: [...others.map((one) => toWire(one, false)), ...own.map((one) => toWire(one, true))] };
  }

  @Handles(getMarket)
  async get({ input: { market, version }, tx }: OperationContext<typeof getMarket>): Promise<Market> {
    const own = await findOwnMarket(tx, market, version);
    if (own) return toWire(own, true);
    const builtIn = findMarket(market, version);
    if (!builtIn) throw notFound({}, 'There is no such market, or no such version of it.');
    return toWire(builtIn, false);
  }
}
