import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';

const DUPLICATES = 0.02;
const LATE = 0.01;
const DAY_MS = 86_400_000;
/** How far back late events lie, at the most. */
export const LATE_DAYS = 30;

export interface Load {
  /** In the order in which they are sent, `perMessage` of one organisation after each other. */
  events: UsageEvent[];
  /** How many of them are no repetition. */
  distinct: number;
}

/**
 * So many events of organisations that are drawn for each message, some up to a month late; of the messages some are sent a
 * second time, after up to a tenth of all others.
 */
export function makeLoad(orgs: readonly string[], count: number, perMessage: number): Load {
  const now = Date.now();
  const messages: { place: number; events: UsageEvent[] }[] = [];
  const distinct = Math.round((count * (1 - DUPLICATES)) / perMessage);
  for (let place = 0; place < distinct; place += 1) {
    const org = orgs[Math.floor(Math.random() * orgs.length)] as string;
    const events = Array.from({ length: perMessage }, () => newEvent(org, now));
    messages.push({ place, events });
    if (Math.random() >= DUPLICATES / (1 - DUPLICATES)) continue;
    messages.push({ place: place + 1 + Math.floor((Math.random() * distinct) / 10), events });
  }
  messages.sort((a, b) => a.place - b.place);
  return { events: messages.flatMap(({ events }) => events), distinct: distinct * perMessage };
}

function newEvent(org: string, now: number): UsageEvent {
  const late = Math.random() < LATE ? Math.random() * LATE_DAYS * DAY_MS : 0;
  return {
    id: newId(),
    org,
    meter: 'calls',
    quantity: 1,
    at: new Date(now - late).toISOString(),
    source: 'bench',
  };
}
