import { Controller } from '@nestjs/common';
import { noteStates, readStatus } from '@tidegate/contracts/notifier/incidents';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { badDays } from './bad-days.rules.ts';
import { noteState, readStates } from './component-state.rows.ts';
import { pageOfIncidents, toWire } from './incident.rows.ts';

/** More in 90 days are not read. */
const MOST = 100;

@Controller()
export class KeepStatus {
  @Handles(readStatus)
  async read({ tx }: OperationContext<typeof readStatus>) {
    const incidents = await pageOfIncidents(tx, MOST, undefined);
    return { incidents: incidents.map(toWire), days: badDays(await readStates(tx), Date.now()) };
  }

  @Handles(noteStates)
  async note({ input, tx }: OperationContext<typeof noteStates>) {
    for (const change of input.changes) await noteState(tx, change);
    return {};
  }
}
