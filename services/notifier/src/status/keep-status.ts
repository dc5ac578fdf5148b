import { Controller } from '@nestjs/common';
import { noteStates, readStatus } from '@tidegate/contracts/notifier/incidents';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { badDays } from './bad-days.rules.ts';
import { noteState, readStates } from './component-state.rows.ts';
import { pageOfIncidents, toWire } from './incident.rows.ts';
import { noteWatch } from './status-watch.rows.ts';

/** More in 90 days are not read. */
const MOST = 100;

@Controller()
export class KeepStatus {
  @Handles(readStatus)
  async read({ tx }: OperationContext<typeof readStatus>) {
    const incidents = await pageOfIncidents(tx, MOST, undefined);
    const states = await readStates(tx);
    const first = Math.min(...states.map(({ since }) => since.getTime()));
    return {
      incidents: incidents.map(toWire),
      days: badDays(states, Date.now()),
      recordedSince: states.length === 0 ? null : new Date(first).toISOString(),
    };
  }

  @Handles(noteStates)
  async note({ input, tx }: OperationContext<typeof noteStates>) {
    if (input.watchedFrom) await noteWatch(tx, input.watchedFrom);
    for (const change of input.changes) await noteState(tx, change);
    return {};
  }
}
