import { Controller } from '@nestjs/common';
import {
  type Backtest,
  cancelBacktest,
  deleteBacktest,
  renameBacktest,
} from '@tidegate/contracts/bot-executor/backtests';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { dropWork } from '../queue/queue.rows.ts';
import { endedTopic } from '../queue/queue-runner.ts';
import { deleteBacktestRow, endBacktest, findBacktest, setName, toWire } from './backtest.rows.ts';

/** What is done to a backtest once it was ordered. Its runner notices at the next renewal; requests that wait for it are woken. */
@Controller()
export class ChangeBacktest {
  constructor(private readonly wakes: Wakes) {}

  @Handles(cancelBacktest)
  async cancel({ input, tx }: OperationContext<typeof cancelBacktest>): Promise<Backtest> {
    const id = input.backtestId;
    // Locks the queue first, as its runner does: no deadlock.
    if (await findBacktest(tx, id)) await this.drop(tx, id);
    await endBacktest(tx, id, 'cancelled');
    return toWire(orNotFound(await findBacktest(tx, id)));
  }

  @Handles(renameBacktest)
  async rename({ input, tx }: OperationContext<typeof renameBacktest>): Promise<Backtest> {
    await setName(tx, input.backtestId, input.name);
    return toWire(orNotFound(await findBacktest(tx, input.backtestId)));
  }

  @Handles(deleteBacktest)
  async delete({ input, tx }: OperationContext<typeof deleteBacktest>) {
    const id = input.backtestId;
    if (await findBacktest(tx, id)) await this.drop(tx, id);
    if (!(await deleteBacktestRow(tx, id))) throw notFound();
    return {};
  }

  private async drop(tx: OperationContext['tx'], id: string): Promise<void> {
    await dropWork(tx, id);
    tx.onCommit(() => this.wakes.wake(endedTopic('backtest')));
  }
}
