import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { OnStart } from '@tidegate/runtime/loop';
import { MARKETS, type MarketRules } from '../markets/markets.rules.ts';
import { newestCandle, saveBundled } from './candle.rows.ts';
import { parseCandles } from './parse-csv.rules.ts';

const INTERVAL = '5m';

/** The synthetic candles that come with Tidegate, brought into the database at the first start. */
@Injectable()
export class LoadBundled {
  constructor(private readonly tenants: Tenants) {}

  @OnStart()
  async load(): Promise<void> {
    await Promise.all(MARKETS.filter(({ bundled }) => bundled).map((market) => this.loadMarket(market)));
  }

  private async loadMarket(market: MarketRules): Promise<void> {
    const series = { source: 'bundled', market, interval: INTERVAL } as const;
    if (await newestCandle(this.tenants.reader({}), series)) return;
    const file = new URL(`../../data/${market.market}.synthetic.csv.gz`, import.meta.url);
    const csv = (await promisify(gunzip)(await readFile(file))).toString();
    await this.tenants.as({}, (tx) => saveBundled(tx, market, INTERVAL, parseCandles(csv, series)));
  }
}
