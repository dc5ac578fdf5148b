import { Injectable } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { type Happened, On } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { REPLAY_PARKED } from '../ingestion/replay-parked.loop.ts';
import { nameMeters } from '../meters/meter.rows.ts';
import { rearmAlerts, saveAccount } from './account.rows.ts';

@Injectable()
export class KeepAccount {
  constructor(private readonly wakes: Wakes) {}

  @On(entitlementsChanged)
  async handle({ data, tx }: Happened<typeof entitlementsChanged>): Promise<void> {
    if (!(await saveAccount(tx, data))) return;
    const metered = Object.entries(data.features).filter(([, grant]) => grant.kind === 'metered');
    await nameMeters(
      tx,
      metered.map(([meter]) => meter),
    );
    await rearmAlerts(tx, data.orgId);
    tx.onCommit(() => this.wakes.wake(REPLAY_PARKED));
  }
}
