import { UsageEvent } from '@tidegate/contracts/usage/event';
import { isUuid } from '@tidegate/database/ids';
import { type Owner, plainEvent } from './plain-event.rules.ts';
import { NOBODY, type RejectedEvent } from './rejected-event.rows.ts';

export interface ReadMessage {
  events: UsageEvent[];
  rejected: RejectedEvent[];
}

/**
 * Adds the events of one message to what was read before. Its subject names their organisation and meter: NATS permissions
 * limit what a service may publish, so an event that claims anything else is refused.
 */
export function readMessage(owner: Owner, body: string, read: ReadMessage): void {
  const { org, meter } = owner;
  const refuse = (payload: string, message: string): void => {
    read.rejected.push({ org: isUuid(org) ? org : NOBODY, code: 'malformed', message, payload });
  };
  let list: unknown;
  try {
    list = JSON.parse(body);
  } catch {
    refuse(body, 'The message is not JSON.');
    return;
  }
  if (!Array.isArray(list)) {
    refuse(body, 'The message is not an array of events.');
    return;
  }
  for (const one of list) {
    const plain = plainEvent(one, owner);
    if (plain) {
      read.events.push(plain);
      continue;
    }
    const parsed = UsageEvent.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      refuse(JSON.stringify(one), `${issue?.path.join('/')}: ${issue?.message}`);
    } else if (parsed.data.org !== org || parsed.data.meter !== meter) {
      refuse(JSON.stringify(one), 'Organisation or meter differ from those of the subject.');
    } else {
      read.events.push(parsed.data);
    }
  }
}
