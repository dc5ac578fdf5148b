import { Injectable } from '@nestjs/common';
import { type CandleInterval, candlesScattered } from '@tidegate/contracts/bot-executor/candles';
import { notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import type { Columns } from '../kernel/candle-series.rules.ts';
import { marketNamed } from '../markets/market.rows.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { type Saved, saveImported, storedCandles } from './candle.rows.ts';

/** Chunks that may hold only a few candles each; well filled ones are allowed beside them. */
const MAX_SPARSE_CHUNKS = 5_000;
const CANDLES_OF_A_FILLED_CHUNK = 1_000;

/** Implemented by code that must know when stored candles change; called in the transaction that changes them. */
export abstract class CandleListener {
  abstract candlesChanged(
    tx: Tx,
    series: { market: string; interval: CandleInterval },
    changed: Pick<Saved, 'added' | 'replaced'>,
  ): Promise<void>;
}

/** Stores what was read, within the organisation's limits; all in the caller's transaction. */
@Injectable()
export class StoreCandles {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly listener: CandleListener,
  ) {}

  async store(
    refuse: Refuse<typeof candlesScattered>,
    tx: Tx,
    market: MarketRules,
    interval: CandleInterval,
    candles: Columns,
  ): Promise<Saved> {
    const saved = await saveImported(tx, market, interval, candles);
    // Under the lock: the market may have been deleted, and created again, while the file was read.
    const { tickSize } = await marketNamed(tx, market.market);
    if (tickSize !== market.tickSize)
      throw notFound({}, 'The market was deleted and recreated in the meantime. Import the candles again.');
    await this.claim(refuse, tx, saved.added.length);
    await this.listener.candlesChanged(tx, { market: market.market, interval }, saved);
    return saved;
  }

  /** After they were written: other imports of the organisation wait for this transaction. */
  private async claim(refuse: Refuse<typeof candlesScattered>, tx: Tx, adding: number): Promise<void> {
    if (adding === 0) return;
    const { candles, chunks } = await storedCandles(tx);
    await this.entitlements.claim(tx, 'candles', async () => candles - adding, {
      adding,
    });
    const limit = MAX_SPARSE_CHUNKS + Math.floor(candles / CANDLES_OF_A_FILLED_CHUNK);
    if (chunks <= limit) return;
    throw refuse(
      candlesScattered,
      { stretches: chunks, limit },
      `The organisation's candles lie in ${chunks} stretches of 4,096 intervals, and ${limit} may be stored. Delete a series first (DELETE /api/v1/candles/imports), or use a longer interval.`,
    );
  }
}
