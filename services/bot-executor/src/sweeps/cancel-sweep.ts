import { Injectable } from '@nestjs/common';
import { cancelSweep, type Sweep } from '@tidegate/contracts/bot-executor/sweeps';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { present } from '../bots/present.ts';
import { endSweep, findSweep, toWire } from './sweep.rows.ts';

@Injectable()
export class CancelSweep {
  /** Whoever runs it finds out when it tells its next progress. */
  @Handles(cancelSweep)
  async handle({ input, tx }: Call<typeof cancelSweep>): Promise<Sweep> {
    const cancelled = await endSweep(tx, input.sweepId, { status: 'cancelled' });
    return toWire(cancelled ?? present(await findSweep(tx, input.sweepId)));
  }
}
