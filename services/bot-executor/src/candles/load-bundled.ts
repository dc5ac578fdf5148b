import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { OnStart } from '@tidegate/runtime/loop';
import { MARKETS, type MarketRules } from '../markets/markets.rules.ts';
import { saveBundled } from './candle.rows.ts';
import { parseCandles } from './parse-csv.rules.ts';

/** The synthetic candles that come with Tidegate, brought into the database at the first start. */
@Injectable()
export class LoadBundled {
  constructor(private readonly tenants: Tenants) {}

  @OnStart()
  async load(): Promise<void> {
    await Promise.all(MARKETS.map((market) => this.loadMarket(market)));
  }

  private async loadMarket(market: MarketRules): Promise<void> {
    const there = await this.tenants.as({}, (tx) =>
      tx.one('select 1 from bundled_candles where market = $1 limit 1', [market.market]),
    );
    if (there) return;
    const file = new URL(`../../data/${market.market}.synthetic.csv.gz`, import.meta.url);
    const csv = (await promisify(gunzip)(await readFile(file))).toString();
    await this.tenants.as({}, (tx) => saveBundled(tx, market.market, parseCandles(csv, market)));
  }
}
