import { readFile } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { MARKETS } from '../markets/built-in-markets.ts';
import { type MarketRules } from '../markets/markets.rules.ts';
import { newestCandle, saveBundled } from './candle.rows.ts';
import { readCandleFile } from './csv/read-candle-file.ts';
import { defaultOptions, fileRequest } from './import-options.ts';

const INTERVAL = '5m';
const MAX_ROWS = 100_000;

/** Loads the synthetic candles that come with Tidegate into the database at the first start. */
@Injectable()
export class LoadBundled implements OnApplicationBootstrap {
  constructor(private readonly tenants: TenantDatabase) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(MARKETS.filter(({ bundled }) => bundled).map((market) => this.loadMarket(market)));
  }

  private async loadMarket(market: MarketRules): Promise<void> {
    const series = { source: 'bundled', market, interval: INTERVAL } as const;
    if (await newestCandle(this.tenants.reader({}), series)) return;
    const file = new URL(`../../data/${market.market}.synthetic.csv.gz`, import.meta.url);
    const request = fileRequest(market, INTERVAL, { options: defaultOptions, maxRows: MAX_ROWS });
    const { candles, faults } = await readCandleFile([await readFile(file)], request);
    if (!candles) throw new Error(`The candles of ${market.market} that come with Tidegate: ${faults[0]?.message}`);
    await this.tenants.as({}, (tx) => saveBundled(tx, market, INTERVAL, candles));
  }
}
