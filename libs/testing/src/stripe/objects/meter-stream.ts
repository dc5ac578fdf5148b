import type { Account } from '../kernel/account.ts';
import { MINUTE } from '../kernel/clock.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import { cancelEvent, type NewMeterEvent, takeEvent } from './usage.ts';
import { reportProblem } from './usage-problems.ts';

/** The second version's instants are text. */
type NewEvent = Omit<NewMeterEvent, 'timestamp'> & { timestamp?: string };

const SESSION = 15 * MINUTE;
/** Tokens of sessions and when they end: the only key that the stream takes. */
export const streamTokens = perAccount(() => new Map<string, number>());

const iso = (instant: number): string => new Date(instant * 1000).toISOString();

export const meterStreamRoutes: Routes = {
  'POST /v2/billing/meter_event_session': (account) => {
    const token = `token_${account.random.text(32)}`;
    const ends = account.now() + SESSION;
    streamTokens(account).set(token, ends);
    return {
      id: account.id('mes'),
      object: 'v2.billing.meter_event_session',
      authentication_token: token,
      created: iso(account.now()),
      expires_at: iso(ends),
      livemode: account.settings.livemode,
    };
  },
  'POST /v2/billing/meter_event_stream': (account, params: { events: NewEvent[] }) => {
    if (params.events.length > 100) throw invalid('A request has at most 100 events.', 'events');
    for (const event of params.events) take(account, event);
    return {};
  },
  'POST /v2/billing/meter_events': (account, params: NewEvent) => {
    const event = take(account, params);
    return {
      object: 'v2.billing.meter_event',
      created: iso(account.now()),
      event_name: params.event_name,
      identifier: event.identifier,
      livemode: account.settings.livemode,
      payload: params.payload,
      timestamp: iso(event.timestamp),
    };
  },
  'POST /v2/billing/meter_event_adjustments': (
    account,
    params: { event_name: string; type: 'cancel'; cancel: { identifier: string } },
  ) => {
    cancelEvent(account, params.event_name, params.cancel.identifier);
    return {
      id: account.id('mea'),
      object: 'v2.billing.meter_event_adjustment',
      cancel: params.cancel,
      created: iso(account.now()),
      event_name: params.event_name,
      livemode: account.settings.livemode,
      status: 'complete',
      type: params.type,
    };
  },
};

function take(account: Account, { timestamp, ...given }: NewEvent) {
  const at = timestamp === undefined ? undefined : Math.floor(Date.parse(timestamp) / 1000);
  if (at !== undefined && Number.isNaN(at)) throw invalid(`Invalid timestamp: ${timestamp}`, 'timestamp');
  const event = takeEvent(account, { ...given, ...(at === undefined ? {} : { timestamp: at }) });
  reportProblem(account, event);
  return event;
}
