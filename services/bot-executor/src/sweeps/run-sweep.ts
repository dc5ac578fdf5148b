import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweepRank } from '@tidegate/contracts/bot-executor/sweeps';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import type { CandleSeries, Range } from '../kernel/candle-series.rules.ts';
import type { Combination } from './combinations.rules.ts';
import { ranked } from './rank.rules.ts';
import { type Window, type WindowLengths, windowsOf } from './windows.rules.ts';

/*
 * Runs combinations over a series on several threads. The series is in shared memory, a task is a few settings over a
 * range, and results are put in the order of the combinations, so the number of threads changes nothing.
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
  /** Runs some settings over a range in a thread; may be called any number of times at once. */
  run: (settings: readonly DcaSettings[], range: Range) => Promise<RunFigures[]>;
  /** Called after each task; what it throws ends the sweep. */
  onProgress: (done: number) => void;
}

/** Settings in a task: some ten milliseconds of work over a month of minutes, fewer settings where there is more. */
const AT_ONCE = 20;
const CANDLES_AT_ONCE = 900_000;

/** Best first. */
export async function runSweep(work: SweepWork): Promise<SweepRun[]> {
  return ranked(await new Tasks(work).all({ from: 0, to: work.series.at.length }), work.rankBy);
}

export async function runWalkForward(work: SweepWork, lengths: WindowLengths): Promise<WalkedWindow[]> {
  const tasks = new Tasks(work);
  const walked: WalkedWindow[] = [];
  for (const window of windowsOf(work.series.at.length, lengths)) {
    const [best] = ranked(await tasks.all(window.train), work.rankBy);
    if (!best) throw new Error('A sweep without settings.');
    const [tested] = await tasks.run([best.combination], window.test);
    walked.push({ ...window, best, tested: tested as RunFigures });
  }
  return walked;
}

class Tasks {
  private readonly work: SweepWork;
  private done = 0;

  constructor(work: SweepWork) {
    this.work = work;
  }

  async all(range: Range): Promise<SweepRun[]> {
    const { combinations } = this.work;
    const size = Math.min(AT_ONCE, Math.max(1, Math.floor(CANDLES_AT_ONCE / (range.to - range.from))));
    const figures = (await Promise.all(chunked(combinations, size).map((part) => this.run(part, range)))).flat();
    return combinations.map((combination, index) => ({ combination, figures: figures[index] as RunFigures }));
  }

  async run(some: readonly Combination[], range: Range): Promise<RunFigures[]> {
    const settings = some.map((one) => one.settings);
    const figures = await this.work.run(settings, range);
    this.done += some.length;
    this.work.onProgress(this.done);
    return figures;
  }
}

const chunked = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
