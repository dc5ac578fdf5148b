import { Controller } from '@nestjs/common';
import {
  type Backtest,
  type BacktestFill,
  BacktestStatus,
  type BacktestTrade,
  getBacktest,
  listBacktestFills,
  listBacktests,
  listBacktestTrades,
  showEquity,
} from '@tidegate/contracts/bot-executor/backtests';
import { orNotFound, pageOf, rankedPage, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { countBacktests, findBacktest, findEquity, listBacktestRows, toWire } from './backtest.rows.ts';
import { fillsOfTrade, type Numbered, partOf } from './backtest-parts.rows.ts';

@Controller()
export class ReadBacktests {
  @Handles(listBacktests)
  async list({ input, tx }: OperationContext<typeof listBacktests>) {
    const rows = await listBacktestRows(tx, input);
    const listed =
      input.sort === 'newest'
        ? pageOf(rows, input.limit, toWire, ({ id }) => [id])
        : rankedPage(rows.map(toWire), input);
    const counts = isCounted(input) ? countsOf(BacktestStatus.options, await countBacktests(tx, input)) : null;
    return { ...listed, counts };
  }

  @Handles(getBacktest)
  async get({ input, tx }: OperationContext<typeof getBacktest>): Promise<Backtest> {
    return toWire(orNotFound(await findBacktest(tx, input.backtestId)));
  }

  @Handles(showEquity)
  async equity({ input, tx }: OperationContext<typeof showEquity>) {
    return { items: orNotFound(await findEquity(tx, input.backtestId)) };
  }

  @Handles(listBacktestTrades)
  trades({ input, tx }: OperationContext<typeof listBacktestTrades>) {
    return part(tx, input, (limit, after) => partOf<BacktestTrade>(tx, input.backtestId, 'trades', limit, after));
  }

  @Handles(listBacktestFills)
  fills({ input, tx }: OperationContext<typeof listBacktestFills>) {
    const { backtestId, trade } = input;
    return part(tx, input, (limit, after) =>
      trade === undefined
        ? partOf<BacktestFill>(tx, backtestId, 'fills', limit, after)
        : fillsOfTrade<BacktestFill>(tx, backtestId, trade, limit, after),
    );
  }
}

async function part<Item>(
  tx: Tx,
  { backtestId, limit, cursor }: { backtestId: string; limit: number; cursor?: string | undefined },
  read: (limit: number, after: number) => Promise<Numbered<Item>[]>,
) {
  orNotFound(await findBacktest(tx, backtestId));
  const [after = 0] = readCursor(cursor, 'int') ?? [];
  const rows = await read(limit + 1, Number(after));
  return pageOf(
    rows,
    limit,
    ({ item }) => item,
    ({ position }) => [Number(position)],
  );
}
