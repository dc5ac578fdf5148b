import { Controller } from '@nestjs/common';
import { MOST_AUDIT_ENTRIES } from '@tidegate/contracts/identity/audit';
import { actionDone } from '@tidegate/contracts/kernel/action-done';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { deleteBeyond, insertEntry } from './audit-entry.rows.ts';

/** So often the oldest beyond the bound are looked for: each service numbers what it emits of an organisation. */
const EVERY = 1_000;
type Done = EventContext<(typeof actionDone)['identity']>;

/** What every service emits of its operations, once each, by the inbox. It is recorded whatever the plan includes. */
@Controller()
export class RecordActions {
  @On(actionDone.identity)
  identity(context: Done): Promise<void> {
    return record(context);
  }

  @On(actionDone.billing)
  billing(context: Done): Promise<void> {
    return record(context);
  }

  @On(actionDone.usage)
  usage(context: Done): Promise<void> {
    return record(context);
  }

  @On(actionDone['monitor-agent'])
  monitor(context: Done): Promise<void> {
    return record(context);
  }

  @On(actionDone['bot-executor'])
  bots(context: Done): Promise<void> {
    return record(context);
  }

  @On(actionDone.notifier)
  notifier(context: Done): Promise<void> {
    return record(context);
  }
}

async function record({ data, event, tx }: Done): Promise<void> {
  await insertEntry(tx, event.id, data);
  if (event.sequence % EVERY === 0) await deleteBeyond(tx, MOST_AUDIT_ENTRIES);
}
