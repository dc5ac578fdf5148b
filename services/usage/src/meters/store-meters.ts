import { Controller } from '@nestjs/common';
import { catalogueApplied } from '@tidegate/contracts/billing/plans';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { REPLAY_PARKED } from '../kernel/parked.rules.ts';
import { saveMeters } from './meter.rows.ts';

/** A meter that leaves the catalogue stays: older plan versions may include it, and its history remains readable. */
@Controller()
export class StoreMeters {
  constructor(private readonly wakes: Wakes) {}

  @On(catalogueApplied)
  async handle({ data, tx }: EventContext<typeof catalogueApplied>): Promise<void> {
    await saveMeters(tx, data.meters);
    tx.onCommit(() => this.wakes.wake(REPLAY_PARKED));
  }
}
