import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CandleSeries } from '@tidegate/bot-executor/kernel/candle-series.rules';

/*
 * What a user would pick from npm instead: grademark (MIT), the backtester with the most installations that knows
 * intrabar profit targets. It is fetched when the bench runs, so that nobody else has to install it. It has no averaging
 * orders, no fees and no rounding: the work that both can do is one order at a time with its take profit.
 */
const NAME = 'grademark';
const VERSION = '0.3.0';
/** It loads this without naming it among its dependencies. */
const FORGOTTEN = 'chai@4.2.0';

interface Grademark {
  backtest(strategy: unknown, series: unknown): { length: number };
}

interface Bar {
  open: number;
}

/** Positions that it closed over the candles. */
export function loadRival(): { name: string; run: (series: CandleSeries, percent: number) => number } {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/bench-rival', import.meta.url));
  if (!existsSync(join(folder, 'node_modules', NAME))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const silent = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['install', ...silent, `${NAME}@${VERSION}`, FORGOTTEN], { cwd: folder, stdio: 'inherit' });
  }
  const load = createRequire(join(folder, 'package.json'));
  const { backtest } = load(NAME) as Grademark;
  const { DataFrame } = load('data-forge') as { DataFrame: new (rows: unknown[]) => unknown };
  return {
    name: `${NAME} ${VERSION}`,
    run: (series, percent) => {
      const bars = Array.from(series.at, (at, i) => ({
        time: new Date(at),
        open: (series.open[i] as number) / 100,
        high: (series.high[i] as number) / 100,
        low: (series.low[i] as number) / 100,
        close: (series.close[i] as number) / 100,
      }));
      const strategy = {
        entryRule: (enter: (options: object) => void) => enter({ direction: 'long' }),
        profitTarget: ({ entryPrice }: { entryPrice: number; bar: Bar }) => (entryPrice * percent) / 100,
      };
      return backtest(strategy, new DataFrame(bars)).length;
    },
  };
}
