import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { getUsageSettings, setUsageSettings } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findTimeZone, saveTimeZone } from './entitlement-snapshot.rows.ts';
import { requireStoredStanding } from './standing.ts';

const UNKNOWN_ZONE = '22023';

@Controller()
export class UsageSettings {
  constructor(private readonly bus: Bus) {}

  @Handles(getUsageSettings)
  async read({ caller, tx }: OperationContext<typeof getUsageSettings>) {
    return { timeZone: await findTimeZone(tx, caller.orgId ?? '') };
  }

  @Handles(setUsageSettings)
  async write({ input, tx }: OperationContext<typeof setUsageSettings>) {
    const { snapshot } = await requireStoredStanding(tx, this.bus);
    const { orgId } = snapshot;
    try {
      await saveTimeZone(tx, orgId, input.timeZone);
    } catch (error) {
      // PostgreSQL's time zones may be older than Node's.
      if ((error as { code?: unknown }).code !== UNKNOWN_ZONE) throw error;
      throw invalid(
        '/timeZone',
        'unknown',
        'The database does not know this zone yet. Write a nearby city of the zone.',
      );
    }
    return { timeZone: input.timeZone };
  }
}
