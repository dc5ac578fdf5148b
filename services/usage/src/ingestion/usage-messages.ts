import { UsageEvent } from '@tidegate/contracts/usage/event';
import { isUuid } from '@tidegate/database/ids';
import { NOBODY, type RejectedEvent } from './rejected-event.rows.ts';

export interface ReadMessage {
  events: UsageEvent[];
  rejected: RejectedEvent[];
}

/**
 * The events of one message. Its subject names their organisation and meter: NATS permissions limit what a service may
 * publish, so an event that claims anything else is refused.
 */
export function readMessage(subject: string, body: string): ReadMessage {
  const [, org = '', meter] = subject.split('.');
  const owner = isUuid(org) ? org : NOBODY;
  const bad = (payload: string, message: string): RejectedEvent => ({
    org: owner,
    code: 'malformed',
    message,
    payload,
  });
  let list: unknown;
  try {
    list = JSON.parse(body);
  } catch {
    return { events: [], rejected: [bad(body, 'The message is not JSON.')] };
  }
  if (!Array.isArray(list)) return { events: [], rejected: [bad(body, 'The message is not an array of events.')] };
  const result: ReadMessage = { events: [], rejected: [] };
  for (const one of list) {
    const parsed = UsageEvent.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      result.rejected.push(bad(JSON.stringify(one), `${issue?.path.join('/')}: ${issue?.message}`));
    } else if (parsed.data.org !== org || parsed.data.meter !== meter) {
      result.rejected.push(bad(JSON.stringify(one), 'Organisation or meter differ from those of the subject.'));
    } else {
      result.events.push(parsed.data);
    }
  }
  return result;
}
