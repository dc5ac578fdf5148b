import { Controller } from '@nestjs/common';
import { backtestNotDone, compareBacktests } from '@tidegate/contracts/bot-executor/backtest-comparison';
import type { Backtest } from '@tidegate/contracts/bot-executor/backtests';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBacktest, toWire } from './backtest.rows.ts';
import { differentFigures, differentSettings, haveSameCandles } from './comparison.rules.ts';

@Controller()
export class CompareBacktests {
  @Handles(compareBacktests)
  async handle({ input, tx, refuse }: OperationContext<typeof compareBacktests>) {
    const [first, second] = [await done(refuse, tx, input.backtestId), await done(refuse, tx, input.with)];
    return {
      first,
      second,
      sameCandles: haveSameCandles(first, second),
      settings: differentSettings(first.settings, second.settings),
      figures: differentFigures(first, second),
    };
  }
}

async function done(refuse: Refuse<typeof backtestNotDone>, tx: Tx, id: string): Promise<Backtest> {
  const backtest = toWire(orNotFound(await findBacktest(tx, id)));
  if (backtest.status === 'done') return backtest;
  const data = { backtestId: id, state: backtest.status };
  throw refuse(backtestNotDone, data, 'Only backtests with a result can be compared: wait until both are done.');
}
