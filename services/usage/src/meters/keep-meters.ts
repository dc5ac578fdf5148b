import { Injectable } from '@nestjs/common';
import { catalogueApplied } from '@tidegate/contracts/billing/plans';
import { type Happened, On } from '@tidegate/messaging/handler';
import { saveMeters } from './meter.rows.ts';

/** A meter that leaves the catalogue stays: older plan versions may have it, and its history remains readable. */
@Injectable()
export class KeepMeters {
  @On(catalogueApplied)
  async handle({ data, tx }: Happened<typeof catalogueApplied>): Promise<void> {
    await saveMeters(tx, data.meters);
  }
}
