import type { SweepRank } from '@tidegate/contracts/bot-executor/sweeps';
import { WorkerPool, workerFile } from '@tidegate/runtime/worker-pool';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import type { CandleSeries, Range } from '../candles/candle-series.rules.ts';
import type { Combination } from './combinations.rules.ts';
import { ranked } from './rank.rules.ts';
import type { SweepTask } from './sweep.worker.ts';
import { type Window, type WindowLengths, windowsOf } from './windows.rules.ts';

/*
 * Runs combinations over a series on several threads. The series lies in shared memory, a task is a handful of settings
 * over a range, and results come back in the order of the combinations, so that threads change nothing in the outcome.
 */
export interface SweepRun {
  combination: Combination;
  figures: RunFigures;
}

export interface WalkedWindow extends Window {
  best: SweepRun;
  tested: RunFigures;
}

export interface SweepWork {
  combinations: readonly Combination[];
  series: CandleSeries;
  rankBy: SweepRank;
  threads: number;
  /** After each task; what it throws ends the sweep. */
  onProgress: (done: number) => Promise<void> | void;
}

/** Settings in a task: some ten milliseconds of work over a month of minutes. */
const AT_ONCE = 20;

/** Best first. */
export const runSweep = (work: SweepWork): Promise<SweepRun[]> =>
  withThreads(work, async (runAll) => ranked(await runAll({ from: 0, to: work.series.at.length }), work.rankBy));

export const runWalkForward = (work: SweepWork, lengths: WindowLengths): Promise<WalkedWindow[]> =>
  withThreads(work, async (runAll, runOne) => {
    const walked: WalkedWindow[] = [];
    for (const window of windowsOf(work.series.at.length, lengths)) {
      const [best] = ranked(await runAll(window.train), work.rankBy);
      if (!best) throw new Error('A sweep without settings.');
      walked.push({ ...window, best, tested: await runOne(best.combination, window.test) });
    }
    return walked;
  });

/** Backtests that a sweep is made of. */
export const runsOf = (combinations: number, candles: number, lengths: WindowLengths | undefined): number =>
  lengths ? windowsOf(candles, lengths).length * (combinations + 1) : combinations;

async function withThreads<Result>(
  { combinations, series, threads, onProgress }: SweepWork,
  work: (
    runAll: (range: Range) => Promise<SweepRun[]>,
    runOne: (combination: Combination, range: Range) => Promise<RunFigures>,
  ) => Promise<Result>,
): Promise<Result> {
  const file = workerFile('sweep.worker', import.meta.url);
  const pool = new WorkerPool<SweepTask, RunFigures[]>(file, { size: threads, data: series });
  let done = 0;
  const run = async (some: readonly Combination[], range: Range): Promise<RunFigures[]> => {
    const figures = await pool.run({ settings: some.map(({ settings }) => settings), range });
    done += some.length;
    await onProgress(done);
    return figures;
  };
  try {
    return await work(
      async (range) => {
        const parts = chunked(combinations, AT_ONCE);
        const figures = (await Promise.all(parts.map((part) => run(part, range)))).flat();
        return combinations.map((combination, index) => ({ combination, figures: figures[index] as RunFigures }));
      },
      async (combination, range) => (await run([combination], range))[0] as RunFigures,
    );
  } finally {
    await pool.close();
  }
}

const chunked = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
