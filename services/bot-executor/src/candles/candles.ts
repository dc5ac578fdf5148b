import { Injectable } from '@nestjs/common';
import { importCandles, listCandles, listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { toText } from '../engine/exact.rules.ts';
import { findMarket, MARKETS, type MarketRules } from '../markets/markets.rules.ts';
import { readCandles, saveImported, toWire } from './candle.rows.ts';
import { parseCandles } from './parse-csv.rules.ts';

function marketNamed(name: string): MarketRules {
  const market = findMarket(name);
  if (!market) throw notFound({}, `The paper exchange has ${MARKETS.map((one) => one.market).join(', ')}.`);
  return market;
}

/** Markets of the paper exchange and the candles that bots trade on. */
@Injectable()
export class Candles {
  @Handles(listMarkets)
  async markets(_call: Call<typeof listMarkets>) {
    const items = MARKETS.map(({ feePpm, ...market }) => ({
      ...market,
      feePercent: toText({ n: BigInt(feePpm), d: 10_000n }),
    }));
    return { items };
  }

  @Handles(listCandles)
  async list({ input, tx }: Call<typeof listCandles>) {
    const market = marketNamed(input.market);
    const from = input.from ? new Date(input.from) : null;
    const candles = await readCandles(tx, { source: input.source, market: market.market, from, limit: input.limit });
    return {
      market: market.market,
      source: input.source,
      synthetic: input.source === 'bundled',
      items: candles.map((candle) => toWire(market, candle)),
    };
  }

  @Handles(importCandles)
  async import({ input, tx }: Call<typeof importCandles>) {
    const market = marketNamed(input.market);
    const candles = parseCandles(input.csv, market);
    await saveImported(tx, market.market, candles);
    const iso = (at: number | undefined) => new Date(at ?? 0).toISOString();
    return { market: market.market, imported: candles.length, from: iso(candles[0]?.at), to: iso(candles.at(-1)?.at) };
  }
}
