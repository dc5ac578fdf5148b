import { Controller } from '@nestjs/common';
import { cancelSweep, deleteSweep, type Sweep } from '@tidegate/contracts/bot-executor/sweeps';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { dropWork } from '../queue/queue.rows.ts';
import { deleteSweepRow, endSweep, findSweep, toWire } from './sweep.rows.ts';

/** Its runner notices at the next renewal. */
@Controller()
export class EndSweep {
  @Handles(cancelSweep)
  async cancel({ input, tx }: OperationContext<typeof cancelSweep>): Promise<Sweep> {
    const id = input.sweepId;
    // Locks the queue first, as its runner does: no deadlock.
    if (await findSweep(tx, id)) await dropWork(tx, id);
    await endSweep(tx, id, { status: 'cancelled' });
    return toWire(orNotFound(await findSweep(tx, id)));
  }

  @Handles(deleteSweep)
  async delete({ input, tx }: OperationContext<typeof deleteSweep>) {
    const id = input.sweepId;
    if (await findSweep(tx, id)) await dropWork(tx, id);
    if (!(await deleteSweepRow(tx, id))) throw notFound();
    return {};
  }
}
