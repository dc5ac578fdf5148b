import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { DAY, HOUR, MINUTE } from '../kernel/clock.ts';
import { listOf, type PageParams, page } from '../kernel/lists.ts';
import { invalid, Refusal, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Meter, Params } from '../kernel/stored.ts';
import { cancelEvent, meterOf, type NewMeterEvent, takeEvent, usageIn } from './usage.ts';
import { reportProblem } from './usage-problems.ts';

type Summaries = PageParams & Params<Stripe.Billing.MeterListEventSummariesParams>;

export const meterRoutes: Routes = {
  'POST /v1/billing/meters': (account, params: Params<Stripe.Billing.MeterCreateParams>) => {
    const active = (one: Meter) => one.event_name === params.event_name && one.status === 'active';
    if (account.store.all('billing.meter', active).length > 0)
      throw invalid(
        `A meter with the event name ${params.event_name} already exists.`,
        'event_name',
        'resource_already_exists',
      );
    const { formula } = params.default_aggregation;
    const meter = account.create('billing.meter', {
      id: account.id('mtr'),
      object: 'billing.meter',
      created: account.now(),
      customer_mapping: params.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
      default_aggregation: { formula },
      display_name: params.display_name,
      event_name: params.event_name,
      event_time_window: params.event_time_window ?? null,
      livemode: account.settings.livemode,
      status: 'active',
      status_transitions: { deactivated_at: null },
      updated: account.now(),
      value_settings: params.value_settings ?? { event_payload_key: 'value' },
    });
    account.emit('billing.meter.created', meter);
    return meter;
  },
  'GET /v1/billing/meters': (account, params: PageParams) =>
    listOf(account, 'billing.meter', '/v1/billing/meters', params, { status: true }),
  'GET /v1/billing/meters/{id}': (account, _params, { id }) => account.store.get('billing.meter', id),
  /** Nothing but the name can be changed: what a meter counts is decided once. */
  'POST /v1/billing/meters/{id}': (account, params: { display_name?: string }, { id }) =>
    account.change(account.store.get('billing.meter', id), 'billing.meter.updated', (meter) => {
      if (params.display_name) Object.assign(meter, { display_name: params.display_name, updated: account.now() });
    }),
  'POST /v1/billing/meters/{id}/deactivate': (account, _params, { id }) => turn(account, id, 'inactive'),
  'POST /v1/billing/meters/{id}/reactivate': (account, _params, { id }) => turn(account, id, 'active'),
  'GET /v1/billing/meters/{id}/event_summaries': (account, params: Summaries, { id }) => {
    const meter = account.store.get('billing.meter', id);
    account.store.get('customer', params.customer, 'customer');
    const window = params.value_grouping_window ? { hour: HOUR, day: DAY }[params.value_grouping_window] : null;
    for (const param of ['start_time', 'end_time'] as const)
      if (params[param] % (window ?? MINUTE) !== 0)
        throw invalid(
          `The ${param} must be aligned with ${params.value_grouping_window ?? 'minute'} boundaries.`,
          param,
        );
    return page(summaries(account, meter, params, window), params, `/v1/billing/meters/${id}/event_summaries`);
  },
  'POST /v1/billing/meter_events': (account, params: NewMeterEvent) => {
    const event = takeEvent(account, params);
    reportProblem(account, event);
    return {
      object: 'billing.meter_event',
      created: account.now(),
      event_name: params.event_name,
      identifier: event.identifier,
      livemode: account.settings.livemode,
      payload: params.payload,
      timestamp: event.timestamp,
    };
  },
  'POST /v1/billing/meter_event_adjustments': (
    account,
    params: { event_name: string; type: 'cancel'; cancel?: { identifier?: string } },
  ) => {
    if (params.type !== 'cancel') throw required('type');
    cancelEvent(account, params.event_name, params.cancel?.identifier ?? '');
    const cancel = { identifier: params.cancel?.identifier ?? null };
    const { event_name } = params;
    return {
      object: 'billing.meter_event_adjustment',
      cancel,
      event_name,
      livemode: account.settings.livemode,
      status: 'complete',
      type: 'cancel',
    };
  },
};

function summaries(account: Account, meter: Meter, params: Summaries, window: number | null) {
  const { start_time: start, end_time: end, customer } = params;
  if (end <= start) throw invalid('end_time must be after start_time', 'end_time');
  const step = window ?? end - start;
  const found = [];
  for (let from = start; from < end; from += step) {
    const value = usageIn(account, meter, customer, from, from + step);
    found.push({
      id: `mtrusg_${meter.id}_${from}`,
      object: 'billing.meter_event_summary',
      aggregated_value: Number(value) / 1e12,
      end_time: from + step,
      livemode: account.settings.livemode,
      meter: meter.id,
      start_time: from,
    });
  }
  return found;
}

function turn(account: Account, id: string, status: 'active' | 'inactive'): Meter {
  const meter = account.store.get('billing.meter', id);
  if (meter.status === status) throw invalid(`The meter is already ${status}.`);
  const other = meterOf(account, meter.event_name);
  if (status === 'active' && other && other !== meter && other.status === 'active')
    throw new Refusal(400, { type: 'invalid_request_error', message: 'Another active meter has this event name.' });
  meter.status = status;
  meter.status_transitions = { deactivated_at: status === 'inactive' ? account.now() : null };
  meter.updated = account.now();
  account.emit(status === 'active' ? 'billing.meter.reactivated' : 'billing.meter.deactivated', meter);
  return meter;
}
